# SPDX-License-Identifier: LGPL-2.1-or-later
if(TARGET plugin_lwip)
	pkg_check_modules(LWIP REQUIRED lwip)
	set(lwip ${PROJECT_SOURCE_DIR}/plugins/lwip)

	unit_test(lwip_filter
		SOURCES test_lwip_filter.c ${lwip}/packet_filter.c
		INCLUDES ${lwip})

	unit_test(lwip_guard
		SOURCES test_lwip_guard.c ${lwip}/guard.c
		LIBRARIES ioth_support ${LWIP_LINK_LIBRARIES}
		INCLUDES ${lwip} ${PROJECT_SOURCE_DIR}/libioth/include)
	target_include_directories(test_lwip_guard SYSTEM PRIVATE
		${LWIP_INCLUDE_DIRS})

	# lwIP has one state per process: everything in one program
	file(GLOB lwip_sources CONFIGURE_DEPENDS ${lwip}/*.c)
	unit_test(lwip_stack
		SOURCES test_lwip_stack.c ${lwip_sources}
		LIBRARIES ioth_support ${LWIP_LINK_LIBRARIES}
		INCLUDES ${lwip} ${PROJECT_SOURCE_DIR}/libioth/include)
	target_include_directories(test_lwip_stack SYSTEM PRIVATE
		${LWIP_INCLUDE_DIRS})
endif()
