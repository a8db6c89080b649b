/* overview.h: a small map of the whole picture while only a part of it is seen: a click or a drag in it goes there */
#pragma once

#include "editor/canvas.h"

/* Property "enabled": whether it shows itself while only a part of the picture is seen (read, write, notifies). */
#define LW_TYPE_OVERVIEW (lw_overview_get_type ())
G_DECLARE_FINAL_TYPE (LwOverview, lw_overview, LW, OVERVIEW, GtkWidget)
void lw_overview_set_canvas (LwOverview *overview, LwCanvas *canvas);
