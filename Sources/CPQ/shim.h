#pragma once
#include <libpq-fe.h>

/* The field codes are character literals, which Swift does not import (PostgreSQL manual, 34.3.1). */
static const int farfield_diagnostic_sqlstate = PG_DIAG_SQLSTATE;
static const int farfield_diagnostic_message = PG_DIAG_MESSAGE_PRIMARY;
static const int farfield_diagnostic_detail = PG_DIAG_MESSAGE_DETAIL;
static const int farfield_diagnostic_column = PG_DIAG_COLUMN_NAME;
static const int farfield_diagnostic_table = PG_DIAG_TABLE_NAME;
static const int farfield_diagnostic_constraint = PG_DIAG_CONSTRAINT_NAME;
