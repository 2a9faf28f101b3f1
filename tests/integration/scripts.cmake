# SPDX-License-Identifier: GPL-2.0-or-later
#
# script_tests(): every script of the current folder is a test, FOLDER_NAME, that
# runs from the build tree, and, as user_FOLDER_NAME, as an ordinary user from an
# installed copy (user_tree.sh). A file that is not executable is no test.
function(script_tests)
	cmake_path(GET CMAKE_CURRENT_SOURCE_DIR FILENAME kind)
	file(GLOB scripts CONFIGURE_DEPENDS RELATIVE
		${CMAKE_CURRENT_SOURCE_DIR} *.sh)
	foreach(script IN LISTS scripts)
		execute_process(COMMAND test -x ${script}
			WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR}
			RESULT_VARIABLE no_test)
		if(no_test)
			continue()
		endif()
		cmake_path(GET script STEM name)
		set(name ${kind}_${name})
		add_test(NAME ${name}
			COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/${script})
		add_test(NAME user_${name}
			COMMAND ${as_user} run ${tree} ${kind}/${script})
		set_tests_properties(${name} PROPERTIES ENVIRONMENT
			"VU_BUILD=${PROJECT_BINARY_DIR};VU_SOURCE=${PROJECT_SOURCE_DIR}")
		set_tests_properties(user_${name} PROPERTIES
			FIXTURES_REQUIRED user_tree)
		set_tests_properties(${name} user_${name} PROPERTIES
			SKIP_RETURN_CODE 77 TIMEOUT 60)
	endforeach()
endfunction()
