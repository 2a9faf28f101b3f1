#include "conform.h"

const struct conform_case error_cases[] = { { NULL, 0, NULL } };
