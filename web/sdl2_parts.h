/* Read before every file of SDL2: the parts of it that the page does not use are left out. */
#include "SDL_config_emscripten.h"
#undef SDL_AUDIO_DRIVER_DISK
#undef SDL_AUDIO_DRIVER_DUMMY
#undef SDL_AUDIO_DRIVER_EMSCRIPTEN
#undef SDL_JOYSTICK_EMSCRIPTEN
#undef SDL_SENSOR_DUMMY
#undef SDL_LOADSO_DLOPEN
#undef SDL_VIDEO_RENDER_OGL_ES2
#undef SDL_POWER_EMSCRIPTEN
#undef SDL_FILESYSTEM_EMSCRIPTEN
#define SDL_AUDIO_DISABLED 1
#define SDL_JOYSTICK_DISABLED 1
#define SDL_SENSOR_DISABLED 1
#define SDL_LOADSO_DUMMY 1
#define SDL_RENDER_DISABLED 1
#define SDL_POWER_DISABLED 1
#define SDL_FILESYSTEM_DUMMY 1
#define SDL_LOCALE_DUMMY 1
#define SDL_LEAN_AND_MEAN 1 /* no copying between kinds of pictures */

/* Asked for by name are only extensions, which SDL does without; looking names up would take in the whole of OpenGL. */
#include <EGL/egl.h>
static inline void *no_function_of_that_name(const char *name) { return (void)name, (void *)0; }
#define eglGetProcAddress no_function_of_that_name
