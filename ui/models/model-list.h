/* model-list.h: the models of a project with what a person wants to know of each, read off the main thread */
#pragma once

#include <gtk/gtk.h>
#include "desk/desk.h"

typedef struct
{
  gint64 id;
  char *name, *architecture, *created, *parent_name, *dataset_name, *sha256, *recipe;
  char *frames;                /* names of the frames it was trained on, with the revision of each; NULL: not trained in this project */
  LwModelStatus status;
  guint n_train, n_val;
  gint64 seed;
  double miou, accuracy;       /* on its dataset's validation frames; NaN: not scored */
  double parent_miou;          /* its parent's, on the same frames; NaN: not scored */
} LwModelEntry;

void lw_model_entry_free (LwModelEntry *entry);
/* The result: (element-type LwModelEntry), newest first. */
void lw_model_list_read_async (LwProject *project, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
GPtrArray *lw_model_list_read_finish (LwProject *project, GAsyncResult *result, GError **error);

/* "+0.047" as a badge, green or red; NaN: not visible. */
void lw_show_difference (GtkLabel *label, double difference);
const char *lw_model_status_get_label (LwModelStatus status);
