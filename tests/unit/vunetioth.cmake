# SPDX-License-Identifier: GPL-2.0-or-later
set(vunetioth ${PROJECT_SOURCE_DIR}/vunetioth)
set(umvu ${PROJECT_SOURCE_DIR}/umvu)

unit_test(composite
	SOURCES test_composite.c ${vunetioth}/composite.c
		${umvu}/cmd/families.c
	INCLUDES ${vunetioth} ${umvu}/include ${umvu}/cmd)
unit_test(spec
	SOURCES test_spec.c ${vunetioth}/session/spec.c
		${vunetioth}/session/configure.c ${vunetioth}/options.c
	LIBRARIES ioth
	INCLUDES ${vunetioth} ${vunetioth}/session)
unit_test(defaults
	SOURCES test_defaults.c ${vunetioth}/defaults.c
	INCLUDES ${vunetioth} ${umvu}/include)
unit_test(control
	SOURCES test_control.c ${vunetioth}/control.c
	INCLUDES ${vunetioth} ${PROJECT_SOURCE_DIR}/libioth/include)
unit_test(kept
	SOURCES test_kept.c ${vunetioth}/bridged_kept.c
	INCLUDES ${vunetioth})
unit_test(waiters
	SOURCES test_waiters.c ${vunetioth}/stackproc/waiters.c
	LIBRARIES Threads::Threads
	INCLUDES ${vunetioth}/stackproc)

file(GLOB pump CONFIGURE_DEPENDS ${vunetioth}/stackproc/pump*.c)
unit_test(pump SOURCES test_pump.c ${pump} ${vunetioth}/control.c
	LIBRARIES ioth ioth_support
	INCLUDES ${vunetioth} ${vunetioth}/stackproc)
target_compile_definitions(test_pump PRIVATE TEST_HOME="${test_home}")
add_dependencies(test_pump test_plugin_mock)
