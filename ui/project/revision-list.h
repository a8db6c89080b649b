/* revision-list.h: the revisions of one frame or of all, by filter, as rows of a list */
#pragma once

#include "project/work.h"
#include "store/past.h"

#define LW_TYPE_REVISION_ITEM (lw_revision_item_get_type ())
G_DECLARE_FINAL_TYPE (LwRevisionItem, lw_revision_item, LW, REVISION_ITEM, GObject)

const LwRevision *lw_revision_item_get_revision (LwRevisionItem *item);
const char *lw_revision_item_get_frame (LwRevisionItem *item);            /* its name */
const char *lw_revision_item_get_icon (LwRevisionItem *item);
char *lw_revision_item_dup_title (LwRevisionItem *item);                  /* what, with its message, or the message alone where that says it */
char *lw_revision_item_dup_short (LwRevisionItem *item);                  /* one line for a choice: when, who, what */

const char *lw_revision_kind_get_label (LwRevisionKind kind);
const char *lw_revision_act_get_label (LwAction action);                  /* “Submitted” … */

/* What to look for; freed with lw_revision_query_free(). */
typedef struct
{
  LwRevisionFilter filter;      /* @author is owned by the query */
  char *text;                   /* in a message, a frame's name or the beginning of a uuid; NULL: any */
  int act;                      /* LwAction + 1: of revisions that were made by it; LW_ACT_NONE: by none; 0: any */
} LwRevisionQuery;
#define LW_ACT_NONE -1
void lw_revision_query_free (LwRevisionQuery *query);

typedef struct
{
  GListStore *items;            /* of LwRevisionItem, newest first */
  GStrv authors;                /* every one of the project */
  gboolean more;                /* there are older ones than @items has */
} LwRevisionsFound;
void lw_revisions_found_free (LwRevisionsFound *found);
/* An LwWork's find: @wanted is an LwRevisionQuery. */
gpointer lw_revision_list_find (LwProject *project, gpointer wanted, LwOperation *operation, GCancellable *cancellable, GError **error);
