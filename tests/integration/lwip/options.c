#include "lt.h"
void options_run(void) {}
