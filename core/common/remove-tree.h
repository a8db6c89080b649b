/* remove-tree.h: folders of our own making, removed with all that is in them */
#pragma once

/* Links are removed, never followed. What can't be removed stays. */
void lw_remove_tree (const char *path);
void lw_remove_contents (const char *folder);      /* the folder itself stays */
