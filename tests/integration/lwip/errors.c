#include "lt.h"
void errors_run(void) {}
