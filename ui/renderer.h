/* renderer.h: which of GTK's renderers suits this display */
#pragma once

/* Call before GTK starts: chooses the cairo renderer where GL would run in software (a dab is then 13 to 36 times
 * cheaper, docs/canvas.md), unless the user set GSK_RENDERER. */
void lw_choose_renderer (void);
