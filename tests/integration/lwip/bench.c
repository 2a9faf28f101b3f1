#include "lt.h"
int main(void) { return 0; }
