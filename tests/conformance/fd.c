#include "conform.h"

const struct conform_case fd_cases[] = { { NULL, 0, NULL } };
