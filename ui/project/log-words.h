/* log-words.h: what stands in the log, in words for people */
#pragma once

#include "store/past.h"

/* “Accept” of "accept"; the word itself where it is not known. */
const char *lw_audit_action_get_label (const char *action);
/* The row's own details are in the words of the format: what says something to people, in their language; "" where nothing does, the details themselves
 * where they are not known. @datasets: gint64 id → name, or NULL */
char *lw_audit_describe_details (const LwAuditEntry *entry, GHashTable *datasets);
/* Of a UUID its first letters. */
char *lw_audit_describe_object (const LwAuditEntry *entry);
