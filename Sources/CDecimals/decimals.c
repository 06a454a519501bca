/* All of it is inlined into the loops over rows; this file makes a target of it. */
#include "decimals.h"
