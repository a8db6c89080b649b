/* workflow-private.h: what the files of the workflow share */
#pragma once

#include "workflow.h"

LwModel *lw_workflow_find_model_by_hash (LwProject *project, const char *sha256, GError **error);       /* NULL without an error: none */
char *lw_workflow_free_model_name (LwProject *project, const char *wanted, GError **error);

LwDataset *lw_workflow_load_dataset (LwProject *project, gint64 id, GError **error);

/* Which classes of a project are scored and trained: all but those that are ignored. */
typedef struct {
  LwPalette *palette;
  GPtrArray *classes;         /* of LwClass, of @palette, in its order */
  guint8 index_of[256];       /* class id → index in @classes, LW_LABEL_NONE for the others */
} LwScoredClasses;
LwScoredClasses *lw_scored_classes_new (LwProject *project, GError **error);
void lw_scored_classes_free (LwScoredClasses *scored);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LwScoredClasses, lw_scored_classes_free)

/* workflow-channels.c: the channels of a network to be trained */
typedef struct {
  GPtrArray *names;           /* of char *, in channel order */
  GArray *base_channels;      /* of int: the base model's channel of the same meaning, or -1 */
  guint8 channel_of[256];     /* class id → channel, LW_LABEL_NONE for what is not trained */
  gboolean kept;              /* they are the base model's own */
} LwChannels;
/* @base_classes: JSON of the base model's classes, or NULL. @used: class ids that were painted. */
LwChannels *lw_channels_new (LwProject *project, const LwScoredClasses *scored, const char *base_classes, const guint64 used[256], GError **error);
void lw_channels_free (LwChannels *channels);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LwChannels, lw_channels_free)
