/* start-page.h: what an empty window shows: new, open, recent projects, the sample */
#pragma once

#include <adwaita.h>

/* Acts through the window's actions: win.new-project, win.open-project, win.open-sample, win.open-recent (s). */
#define LW_TYPE_START_PAGE (lw_start_page_get_type ())
G_DECLARE_FINAL_TYPE (LwStartPage, lw_start_page, LW, START_PAGE, AdwBin)
