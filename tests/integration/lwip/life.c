#include "lt.h"
void life_run(void) {}
