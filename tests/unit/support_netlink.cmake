# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The netlink server of libioth/support, its tables, /proc/net.
foreach(part IN ITEMS netlink_server netlink_diag netlink_tables netlink_ioctl
		netlink_socket procnet)
	unit_test(support_${part} SOURCES test_support_${part}.c
		LIBRARIES ioth_support)
endforeach()

# The same requests to the kernel and to the server.
unit_test(support_netlink_kernel SOURCES test_support_netlink_kernel.c
	LIBRARIES ioth_support)
target_compile_definitions(test_support_netlink_kernel PRIVATE
	CORPUS="${PROJECT_SOURCE_DIR}/tests/fuzz/netlink/corpus")

# The functions of libioth as the client, through the plug-in mock.
unit_test(support_netlink_ioth SOURCES test_support_netlink_ioth.c
	LIBRARIES ioth ioth_support)
target_compile_definitions(test_support_netlink_ioth PRIVATE
	TEST_HOME="${test_home}")
add_dependencies(test_support_netlink_ioth ${test_plugin_targets})
