#pragma once
// parser.h first: dict.h does not include what it needs.
#include <libxml/parser.h>
#include <libxml/dict.h>
#include <libxml/encoding.h>
#include <libxml/xmlerror.h>
