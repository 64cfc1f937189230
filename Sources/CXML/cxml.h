#pragma once
// Debian builds libxml2 with ICU, whose types clash with the ICU inside Foundation; the reader needs none of them.
#include <libxml/xmlversion.h>
#undef LIBXML_ICU_ENABLED
#include <libxml/xmlreader.h>
