# SPDX-License-Identifier: GPL-2.0-or-later
set(umvu ${PROJECT_SOURCE_DIR}/umvu)

unit_test(filter
	SOURCES test_filter.c ${umvu}/filter.c ${umvu}/systable.c
		${PROJECT_SOURCE_DIR}/tests/integration/robust/table.c
	INCLUDES ${umvu} ${umvu}/include ${umvu}/arch/${CMAKE_SYSTEM_PROCESSOR}
		${PROJECT_SOURCE_DIR}/libioth/include)
# What filter.c gives to the kernel, the test runs itself.
target_link_options(test_filter PRIVATE -Wl,--wrap=syscall)

unit_test(netfiles
	SOURCES test_netfiles.c ${umvu}/netfiles.c ${umvu}/place.c
		${umvu}/fsids.c ${umvu}/creds.c
	INCLUDES ${umvu} ${umvu}/include)
unit_test(place
	SOURCES test_place.c ${umvu}/place.c ${umvu}/fsids.c ${umvu}/creds.c
	INCLUDES ${umvu} ${umvu}/include)
