#pragma once
#include <libpq-fe.h>
#include <stdint.h>

// Character macros of postgres_ext.h which Swift does not import.
static const int32_t clibpq_diag_severity = PG_DIAG_SEVERITY_NONLOCALIZED;
static const int32_t clibpq_diag_sqlstate = PG_DIAG_SQLSTATE;
static const int32_t clibpq_diag_message = PG_DIAG_MESSAGE_PRIMARY;
static const int32_t clibpq_diag_detail = PG_DIAG_MESSAGE_DETAIL;
static const int32_t clibpq_diag_hint = PG_DIAG_MESSAGE_HINT;
static const int32_t clibpq_diag_context = PG_DIAG_CONTEXT;
static const int32_t clibpq_diag_table = PG_DIAG_TABLE_NAME;
static const int32_t clibpq_diag_column = PG_DIAG_COLUMN_NAME;
static const int32_t clibpq_diag_constraint = PG_DIAG_CONSTRAINT_NAME;
