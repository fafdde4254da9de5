#pragma once
#include <libpq-fe.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>

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

// Wakes a thread out of poll(2).
static inline int clibpq_eventfd(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }
static inline int clibpq_eventfd_signal(int descriptor) { return eventfd_write(descriptor, 1); }
static inline int clibpq_eventfd_drain(int descriptor) { eventfd_t count; return eventfd_read(descriptor, &count); }

// Names the calling thread; the kernel keeps 15 bytes.
static inline int clibpq_set_thread_name(const char *name) { return prctl(PR_SET_NAME, name, 0, 0, 0); }
