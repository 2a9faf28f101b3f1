# SPDX-License-Identifier: LGPL-2.1-or-later
foreach(part IN ITEMS loop wire wire_vde bridge_stream bridge_dgram
	bridge_share mirror)
	unit_test(support_${part} SOURCES test_support_${part}.c
		LIBRARIES ioth_support)
endforeach()
