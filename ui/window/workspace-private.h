/* workspace-private.h: what the files of the workspace share */
#pragma once

#include "classes/class-keys.h"
#include "classes/class-list.h"
#include "editor/canvas.h"
#include "editor/overview.h"
#include "editor/ruler.h"
#include "models/models-page.h"
#include "models/train-page.h"
#include "project/project-page.h"
#include "project/work.h"
#include "store/presence.h"
#include "propose/propose-pane.h"
#include "review/pins.h"
#include "review/review-pane.h"
#include "desk/playback.h"
#include "dialogs/ask-words.h"
#include "timeline/timeline.h"
#include "tools/tool-rail.h"
#include "tools/view-popover.h"
#include "window/workspace.h"

struct _LwWorkspace
{
  AdwBin parent_instance;

  /* Of the template. */
  AdwSqueezer *breadth;
  AdwViewSwitcherBar *switcher_bar;
  GtkWidget *broad, *header, *switchers, *narrow_switcher;
  AdwViewStack *stack;
  GtkStack *canvas_stack;
  GtkWidget *start_box, *end_box, *view_button, *menu_button, *side_pane, *paned;
  GtkLabel *title_label, *zoom_label, *key_label;
  GtkInfoBar *write_bar, *missing_bar, *read_only_bar;
  GtkWidget *copy_button, *again_button;      /* of read_only_bar */
  GtkLabel *write_label, *missing_label, *read_only_label;
  LwCanvas *canvas;
  LwToolRail *rail;
  LwClassList *classes;
  LwProposePane *propose_pane;
  LwTimeline *timeline;
  AdwViewStackPage *train_stack_page;
  LwTrainPage *train_page;
  LwModelsPage *models_page;
  LwProjectPage *project_page;
  LwViewPopover *view_popover;
  GtkStack *side_stack;
  LwPins *pins;
  LwReviewPane *review_pane;
  LwOverview *overview;
  LwRuler *lying_ruler, *standing_ruler;

  /* Owned. */
  LwDesk *desk;
  LwPlayback *playback;
  LwProposer *proposer;
  LwTrainer *trainer;
  LwReviews *reviews;
  LwClassKeys keys;
  guint key_timeout, zoom_idle;
  gboolean acting;                /* a submit, accept or return, or the undo of one, is on its way */
  gboolean zoom_restored;
  guint pixel_timeout;            /* workspace-pixel.c */
  GCancellable *pixel_reading;
  gint64 noted;                   /* the returned frame whose note is shown; 0: none */

  /* workspace-steps.c */
  GMenu *steps_menu;              /* of the template: a section of the main menu */
  LwStep *next_undo, *next_redo;  /* NULL: none */
  gint64 fresh_step;              /* the step after which nothing was done yet; 0: none */
  gboolean fresh_redo;            /* it was taken back, and would be done again */
  AdwToast *step_toast;           /* weak */
  gboolean peeking, peek_again;

  /* workspace-left.c */
  LwLeftArea left[LW_N_LEFT_KINDS];      /* the last stops; no pixels: none yet */
  gint64 left_frame;                     /* whose they are */
  gboolean searching_left;

  /* workspace-unsaved.c */
  char *copy;                            /* path of the last copy that was saved; NULL: none */
  guint n_in_copy, n_unsaved;            /* how many of the unsaved strokes it has, and how many there were when last looked */

  /* workspace-company.c */
  LwPresence *presence;
  gint64 company_frame;                  /* the frame that was told of last, and how many other windows had it open */
  guint n_company;
};

/* Which actions make sense now: the one place that says so. */
void lw_workspace_update_actions (LwWorkspace *self);
gboolean lw_workspace_is_labelling (LwWorkspace *self);        /* the canvas is the page on show */
gboolean lw_workspace_is_editing (LwWorkspace *self);          /* and the frame that actions change is what it shows: nothing is played */

/* Each file's actions. Their keys are in keys/commands.c. */
void lw_workspace_install_view_actions (GtkWidgetClass *widget_class);
void lw_workspace_install_look_actions (GtkWidgetClass *widget_class);
void lw_workspace_install_key_actions (GtkWidgetClass *widget_class);
void lw_workspace_update_key_actions (LwWorkspace *self);
void lw_workspace_install_left_actions (GtkWidgetClass *widget_class);
void lw_workspace_update_left_actions (LwWorkspace *self);
void lw_workspace_install_frame_actions (GtkWidgetClass *widget_class);
void lw_workspace_install_bulk_actions (GtkWidgetClass *widget_class);
void lw_workspace_install_proposal_actions (GtkWidgetClass *widget_class);
void lw_workspace_install_project_actions (GtkWidgetClass *widget_class);
void lw_workspace_install_unsaved_actions (GtkWidgetClass *widget_class);
void lw_workspace_install_step_actions (GtkWidgetClass *widget_class);
void lw_workspace_install_review_actions (GtkWidgetClass *widget_class);
void lw_workspace_install_remove_actions (GtkWidgetClass *widget_class);
void lw_workspace_install_reach_actions (GtkWidgetClass *widget_class);
void lw_workspace_update_reach_actions (LwWorkspace *self);
void lw_workspace_update_frame_actions (LwWorkspace *self);
void lw_workspace_update_note (LwWorkspace *self);             /* why the frame on show was returned */
void lw_workspace_update_bulk_actions (LwWorkspace *self);
void lw_workspace_update_proposal_actions (LwWorkspace *self);

void lw_workspace_update_step_actions (LwWorkspace *self);
void lw_workspace_update_review_actions (LwWorkspace *self);
void lw_workspace_update_remove_actions (LwWorkspace *self);

/* workspace-bulk.c; @frames: (element-type gint64), taken. A contract that is broken leaves all of them as they are. */
void lw_workspace_act_on_frames (LwWorkspace *self, LwAction action, GArray *frames, const char *reason);

/* workspace-review.c */
void lw_workspace_connect_review (LwWorkspace *self);
void lw_workspace_show_review (LwWorkspace *self);             /* the pane */
void lw_workspace_show_breach (LwWorkspace *self);             /* what keeps the frame on show from being accepted */

/* workspace-steps.c */
void lw_workspace_watch_steps (LwWorkspace *self);
void lw_workspace_forget_steps (LwWorkspace *self);
void lw_workspace_look_for_steps (LwWorkspace *self);          /* what undo and redo would take next may be something else now */
void lw_workspace_did_step (LwWorkspace *self, gint64 step, const char *text);         /* says so, with a button that undoes it */
gboolean lw_workspace_has_fresh_step (LwWorkspace *self, gboolean redo);               /* Ctrl+Z is its undo now, or Ctrl+Shift+Z its redo */
gboolean lw_workspace_take_back_fresh_step (LwWorkspace *self, gboolean redo);         /* FALSE: there is none */

/* workspace-keys.c */
void lw_workspace_watch_keys (LwWorkspace *self);              /* number keys and the like select classes */
void lw_workspace_say (LwWorkspace *self, const char *text);   /* what was done, in passing */
void lw_workspace_keep_saying (LwWorkspace *self, const char *text);                   /* until something else is said, or: */
void lw_workspace_stop_saying (LwWorkspace *self);

/* workspace-view.c */
void lw_workspace_free_paned_keys (LwWorkspace *self);
void lw_workspace_connect_canvas (LwWorkspace *self);

/* workspace-breadth.c */
void lw_workspace_measure_header (LwWorkspace *self);          /* what it holds has changed */
void lw_workspace_use_breadth (LwWorkspace *self);

/* workspace-unsaved.c */
void lw_workspace_update_write_bar (LwWorkspace *self);

/* workspace-company.c: other windows on the same frame */
void lw_workspace_watch_company (LwWorkspace *self);
void lw_workspace_leave_company (LwWorkspace *self);

/* workspace-state.c */
void lw_workspace_note_state (LwWorkspace *self);              /* for the next time */
void lw_workspace_restore_state (LwWorkspace *self);

/* workspace-look.c */
void lw_workspace_watch_look (LwWorkspace *self);              /* the map and the rulers around the canvas */

/* workspace-pixel.c */
void lw_workspace_look_at_pixel (LwWorkspace *self);           /* the pointer is over another one, or none */
void lw_workspace_forget_pixel (LwWorkspace *self);
/* workspace-project.c */
void lw_workspace_add_media_files (LwWorkspace *self, GSList *files);
