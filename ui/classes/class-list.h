/* class-list.h: the classes in the side pane: chosen, searched, hidden, protected, with their share of the frame */
#pragma once

#include <adwaita.h>
#include "desk/desk.h"

#define LW_TYPE_CLASS_LIST (lw_class_list_get_type ())
G_DECLARE_FINAL_TYPE (LwClassList, lw_class_list, LW, CLASS_LIST, AdwBin)

void lw_class_list_set_desk (LwClassList *list, LwDesk *desk);
void lw_class_list_focus_search (LwClassList *list);
