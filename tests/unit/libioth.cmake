# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The tests of libioth. Their plug-ins are found in $HOME/.ioth, HOME being
# TEST_HOME.
set(test_home ${CMAKE_CURRENT_BINARY_DIR}/home)
set(test_plugins ${test_home}/.ioth)

foreach(plugin IN ITEMS batch counter failing licensed nonewstack replacing
	mock-r)
	string(REPLACE "-r" "" source ${plugin})
	add_library(test_plugin_${source} MODULE plugins/${source}.c)
	target_include_directories(test_plugin_${source} PRIVATE
		${PROJECT_SOURCE_DIR}/libioth/include)
	set_target_properties(test_plugin_${source} PROPERTIES
		PREFIX ""
		C_VISIBILITY_PRESET default
		OUTPUT_NAME ioth_${plugin}
		LIBRARY_OUTPUT_DIRECTORY ${test_plugins})
	list(APPEND test_plugin_targets test_plugin_${source})
endforeach()

# The command that ioth/plugin.h promises.
add_custom_command(OUTPUT ${test_plugins}/ioth_oneline.so
	COMMAND ${CMAKE_C_COMPILER} -shared -fPIC
		-o ${test_plugins}/ioth_oneline.so
		${CMAKE_CURRENT_SOURCE_DIR}/plugins/oneline.c
		-I ${PROJECT_SOURCE_DIR}/libioth/include
	DEPENDS plugins/oneline.c ${PROJECT_SOURCE_DIR}/libioth/include/ioth/plugin.h)
add_custom_target(test_plugin_oneline DEPENDS ${test_plugins}/ioth_oneline.so)
file(WRITE ${test_plugins}/ioth_broken.so "no object file\n")

foreach(module IN ITEMS stack sockets derive threads netconf)
	unit_test(${module} SOURCES test_${module}.c LIBRARIES ioth)
	target_compile_definitions(test_${module} PRIVATE
		TEST_HOME="${test_home}")
	add_dependencies(test_${module} ${test_plugin_targets}
		test_plugin_oneline plugin_kernel plugin_null)
endforeach()
