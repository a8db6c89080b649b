/* workspace-breadth.c: where the header has no room for the pages' names they stand below, as on a phone
 *
 * On every page from the same breadth on, so that no switcher moves while it is used: the page that labels has most beside it. */
#include "config.h"
#include "workspace-private.h"

#define TITLE_CHARS 10      /* that the project's name has at least beside a switcher */
#define FEW_CHARS 3         /* and without one, where it takes what is left */
#define ICON 22             /* with its margin: it stands above the name, or before it; libadwaita measures for both */

static int
measure (GtkWidget *widget, gboolean natural)
{
  int least, most;

  gtk_widget_measure (widget, GTK_ORIENTATION_HORIZONTAL, -1, &least, &most, NULL, NULL);
  return natural ? most : least;
}

/* At which no name is cut: the switcher itself would rather have more, and takes less. */
static int
measure_switcher (LwWorkspace *self)
{
  int n = 0, broadest = 0;

  for (GtkWidget *page = gtk_widget_get_first_child (self->narrow_switcher); page != NULL; page = gtk_widget_get_next_sibling (page), n++)
    broadest = MAX (broadest, measure (page, TRUE) - ICON);
  return n * broadest;
}

static gboolean
is_broad (LwWorkspace *self)
{
  return adw_squeezer_get_visible_child (self->breadth) == self->broad;
}

static void
make_room (LwWorkspace *self)
{
  gtk_label_set_width_chars (self->title_label, is_broad (self) ? TITLE_CHARS : FEW_CHARS);
}

void
lw_workspace_measure_header (LwWorkspace *self)
{
  if (!lw_workspace_is_labelling (self))
    return;
  gtk_label_set_width_chars (self->title_label, TITLE_CHARS);
  gtk_widget_set_size_request (self->broad, measure (self->header, FALSE) + measure_switcher (self), -1);
  make_room (self);
}

void
lw_workspace_use_breadth (LwWorkspace *self)
{
  adw_view_switcher_bar_set_reveal (self->switcher_bar, !is_broad (self));
  gtk_widget_set_visible (self->switchers, is_broad (self));
  make_room (self);
}
