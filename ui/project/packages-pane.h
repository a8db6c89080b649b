/* packages-pane.h: work that is given away and comes back: packages for people, and merging */
#pragma once

#include "project/pane.h"

#define LW_TYPE_PACKAGES_PANE (lw_packages_pane_get_type ())
G_DECLARE_FINAL_TYPE (LwPackagesPane, lw_packages_pane, LW, PACKAGES_PANE, LwPane)
