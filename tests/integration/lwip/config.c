#include "lt.h"
void config_run(void) {}
