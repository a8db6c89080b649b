/* project-page.h: what was done in the project and what became of it: a list of panes, and the one that was chosen */
#pragma once

#include <adwaita.h>
#include "desk/desk.h"

#define LW_TYPE_PROJECT_PAGE (lw_project_page_get_type ())
G_DECLARE_FINAL_TYPE (LwProjectPage, lw_project_page, LW, PROJECT_PAGE, AdwBin)

void lw_project_page_set_desk (LwProjectPage *page, LwDesk *desk);
/* By name: "history", "snapshots" …; one that is not there changes nothing. */
void lw_project_page_show (LwProjectPage *page, const char *pane);
/* The one on show; NULL: none was looked at yet. (transfer none) */
GtkWidget *lw_project_page_get_pane (LwProjectPage *page);
/* For toasts about what was done here. (transfer none) */
GtkWidget *lw_project_page_get_overlay (LwProjectPage *page);
