/* feedback.h: how the window says that something went wrong, or is done */
#pragma once

#include <adwaita.h>

/* A toast in the window that holds @near, with a button for the whole message. Where @near is in a dialog without
 * toasts, a message dialog. Cancelled operations are not reported. */
void lw_report_error (GtkWidget *near, const char *title, const GError *error);
/* What was reported under that title is no longer so: its toast goes. Returns: whether it was still there */
gboolean lw_withdraw_error (const char *title);
void lw_toast (GtkWidget *near, const char *title);
/* … whose button shows @path in the file manager. */
void lw_toast_with_file (GtkWidget *near, const char *title, const char *path);
/* … whose button activates @action, found from @near. Returns: (transfer none), while it is on show or waits for that */
AdwToast *lw_toast_with_action (GtkWidget *near, const char *title, const char *label, const char *action, GVariant *target);
/* A question with “Cancel” and one other answer; @callback (GObject *object) runs where that is chosen. */
void lw_ask (GtkWidget *near, const char *heading, const char *body, const char *answer, gboolean destructive,
             void (*callback) (gpointer object), gpointer object);
/* For icon-only buttons: one string is both what a screen reader says and the tooltip. */
void lw_name_widget (GtkWidget *widget, const char *name);
