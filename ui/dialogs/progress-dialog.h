/* progress-dialog.h: a bar for an operation, with “Cancel” */
#pragma once

#include <adwaita.h>
#include "desk/operation.h"

/* Modal to the window that holds @near; destroy it when the work has ended. “Cancel” cancels the operation and waits for it. */
GtkWindow *lw_progress_dialog_new (GtkWidget *near, LwOperation *operation);
