/* pane.h: a page about the whole project, which reads what it shows when it is looked at */
#pragma once

#include <adwaita.h>
#include "project/work.h"

/* What makes a pane read again; one that nobody looks at only remembers that it has to. */
typedef enum {
  LW_PANE_FRAMES = 1 << 0,
  LW_PANE_CLASSES = 1 << 1,
  LW_PANE_MODELS = 1 << 2,        /* datasets, too */
  LW_PANE_JOBS = 1 << 3,
  LW_PANE_POSITION = 1 << 4,      /* another frame is on show */
} LwPaneNews;

#define LW_TYPE_PANE (lw_pane_get_type ())
G_DECLARE_DERIVABLE_TYPE (LwPane, lw_pane, LW, PANE, AdwBin)
struct _LwPaneClass
{
  AdwBinClass parent_class;
  LwPaneNews news;
  void (*ready) (LwPane *pane);        /* (optional) it has its desk */
  void (*refresh) (LwPane *pane);      /* reads what it shows, by lw_pane_read() */
};

void lw_pane_set_desk (LwPane *pane, LwDesk *desk);
LwDesk *lw_pane_get_desk (LwPane *pane);
/* Reads for the pane; what it read for before and did not show yet is dropped. */
void lw_pane_read (LwPane *pane, const LwWork *work, gpointer wanted, GDestroyNotify free_wanted);
/* What it shows is old. */
void lw_pane_invalidate (LwPane *pane);
/* What was done can be undone: says so, with a button. */
void lw_pane_did_step (LwPane *pane, gint64 step, const char *text);
