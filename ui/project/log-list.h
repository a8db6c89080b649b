/* log-list.h: the audit rows by filter, as rows of a table */
#pragma once

#include "project/work.h"
#include "store/past.h"

#define LW_TYPE_LOG_ITEM (lw_log_item_get_type ())
G_DECLARE_FINAL_TYPE (LwLogItem, lw_log_item, LW, LOG_ITEM, GObject)
const LwAuditEntry *lw_log_item_get_entry (LwLogItem *item);
const char *lw_log_item_get_details (LwLogItem *item);      /* in words */

typedef struct
{
  LwAuditFilter filter;        /* its texts are owned by the query */
  char *text;                  /* in what it was done to, or the details; NULL: any */
  char *path;                  /* to write to; NULL: nothing */
} LwLogQuery;
void lw_log_query_free (LwLogQuery *query);

typedef struct
{
  GListStore *items;           /* of LwLogItem, newest first */
  GStrv actors, actions;       /* every one of the project */
  gboolean more;
} LwLogFound;
void lw_log_found_free (LwLogFound *found);
/* Finds of an LwWork; @wanted is an LwLogQuery. */
gpointer lw_log_list_find (LwProject *project, gpointer wanted, LwOperation *operation, GCancellable *cancellable, GError **error);
gpointer lw_log_list_export (LwProject *project, gpointer wanted, LwOperation *operation, GCancellable *cancellable, GError **error);
