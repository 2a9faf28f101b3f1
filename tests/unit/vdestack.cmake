# SPDX-License-Identifier: LGPL-2.1-or-later
set(vdestack ${PROJECT_SOURCE_DIR}/plugins/vdestack)
pkg_check_modules(MNL REQUIRED IMPORTED_TARGET libmnl)

foreach(part IN ITEMS vnl linkmsg fdmsg)
	unit_test(vdestack_${part}
		SOURCES test_vdestack_${part}.c ${vdestack}/vnl.c
			${vdestack}/linkmsg.c ${vdestack}/fdmsg.c
		LIBRARIES PkgConfig::MNL
		INCLUDES ${vdestack} ${PROJECT_SOURCE_DIR}/libioth/include)
endforeach()
