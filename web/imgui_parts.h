// Read before every file of Dear ImGui: the parts of it that the page does not use are left out.
#pragma once

// A mistake stops the program, without a sentence for each that there may be.
#define IM_ASSERT(condition) ((condition) ? (void)0 : __builtin_trap())

// No gamepads, for which SDL has a table of a thousand.
#include <SDL.h>
#define SDL_GameControllerOpen(index) ((SDL_GameController*)nullptr)
#define SDL_GameControllerGetButton(controller, button) 0
#define SDL_GameControllerGetAxis(controller, axis) 0

// Not its own font either: ours are there before a frame is. It is named three times in imgui_draw.cpp: declared, asked for,
// defined. Told apart by number, the asking gets the one below, and what nobody asks for is not linked (./dev size would show it).
#define DOWNHILL_OWN_FONT_(number) own_font_##number
#define DOWNHILL_OWN_FONT(number) DOWNHILL_OWN_FONT_(number)
static inline const char* own_font_1() { return ""; }
#define GetDefaultCompressedFontDataTTFBase85 DOWNHILL_OWN_FONT(__COUNTER__)
