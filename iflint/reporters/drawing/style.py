"""The look of a drawing: classes only, colours in custom properties, light, dark and on paper."""

from __future__ import annotations

STYLE = """\
.flow-drawing{
--flow-paper:#fff;--flow-ink:#1c2733;--flow-quiet:#52606d;--flow-pool:#f6f8fa;
--flow-pool-line:#b6c2cd;--flow-box:#fff;--flow-box-line:#5f7286;--flow-icon:#1f5f99;
--flow-party:#eaf1f8;--flow-party-line:#6d8299;--flow-inner:#fff8f2;--flow-inner-line:#b4773f;
--flow-line:#44546a;--flow-message:#52687f;--flow-start:#2b7a4b;--flow-end:#a23a3a;
--flow-error:#b3261e;--flow-warning:#8a5a00;--flow-note:#0a5fb4;--flow-ok:#1a7a3c;
--flow-badge-ink:#fff;--flow-focus:#0b57d0;
overflow-x:auto;max-width:100%}
@media screen and (prefers-color-scheme:dark){.flow-drawing{
--flow-paper:#14191f;--flow-ink:#e3e9ef;--flow-quiet:#a3b0bd;--flow-pool:#1a2129;
--flow-pool-line:#44525f;--flow-box:#222b35;--flow-box-line:#8496a8;--flow-icon:#7fb8ee;
--flow-party:#1d2b3a;--flow-party-line:#7f95ab;--flow-inner:#2a221b;--flow-inner-line:#c58f5b;
--flow-line:#a9b7c6;--flow-message:#9db0c4;--flow-start:#6cc58d;--flow-end:#ee8f8f;
--flow-error:#ff8b80;--flow-warning:#f0b64a;--flow-note:#7db8ff;--flow-ok:#6fd08f;
--flow-badge-ink:#10151a;--flow-focus:#8ab4f8}}
.flow-drawing:focus-visible{outline:2px solid var(--flow-focus);outline-offset:2px}
.flow{display:block;max-width:100%;height:auto;fill:none;stroke-linejoin:round;
font:11px Arial,"Liberation Sans",Helvetica,sans-serif}
.flow-broad{min-width:900px}
.flow-wide{max-width:none}
.flow-window{max-height:85vh;overflow:auto}
.flow-symbols{position:absolute}
.flow text{fill:var(--flow-ink);text-anchor:middle}
.flow .pool{fill:var(--flow-pool);stroke:var(--flow-pool-line)}
.flow .lane{stroke:var(--flow-pool-line)}
.flow .inner{fill:var(--flow-inner);stroke:var(--flow-inner-line);stroke-dasharray:5 3}
.flow .party{fill:var(--flow-party);stroke:var(--flow-party-line);stroke-width:1.3}
.flow .box{fill:var(--flow-box);stroke:var(--flow-box-line)}
.flow .gate{fill:var(--flow-box);stroke:var(--flow-box-line);stroke-width:1.3}
.flow .start,.flow .mid,.flow .end{fill:var(--flow-box);stroke:var(--flow-start);\
stroke-width:1.3}
.flow .mid{stroke:var(--flow-message)}
.flow .end{stroke:var(--flow-end);stroke-width:3}
.flow .note{stroke:var(--flow-quiet)}
.flow use,.flow-symbols path{stroke-linecap:round}
.flow use{stroke:var(--flow-icon);stroke-width:1.3;color:var(--flow-icon)}
.flow .start+use{stroke:var(--flow-start);color:var(--flow-start)}
.flow .end+use{stroke:var(--flow-end);color:var(--flow-end)}
.flow-symbols .solid{fill:currentColor}
.flow text.title{text-anchor:start;font-size:12px;font-weight:bold;fill:var(--flow-quiet);\
paint-order:stroke;stroke:var(--flow-pool);stroke-width:3px}
.flow text.left{text-anchor:start}
.flow text.role{font-size:9px;letter-spacing:.6px;fill:var(--flow-quiet)}
.flow text.name{font-weight:bold}
.flow text.below,.flow text.beside{paint-order:stroke;stroke:var(--flow-pool);\
stroke-width:3px}
.flow text.beside{font-size:10px;fill:var(--flow-quiet)}
.flow text.outside{stroke:var(--flow-paper)}
.flow .way{stroke:var(--flow-line);stroke-width:1.2}
.flow .tip{fill:var(--flow-line)}
.flow .msg{stroke:var(--flow-message);stroke-width:1.2;stroke-dasharray:6 4}
.flow .open{stroke:var(--flow-message);stroke-width:1.4}
.flow .tie{stroke:var(--flow-quiet);stroke-dasharray:1 3}
.flow a{cursor:pointer}
.flow :is(a,.said){color:var(--flow-message)}
.flow .said{pointer-events:none}
.flow :is(a,.said).error{color:var(--flow-error)}
.flow :is(a,.said).warning{color:var(--flow-warning)}
.flow :is(a,.said).note{color:var(--flow-note)}
.flow :is(a,.said).ok{color:var(--flow-ok)}
.flow a .reach{stroke:transparent;stroke-width:18;stroke-linecap:round}
.flow a .msg,.flow a .open{stroke:currentColor}
.flow a.error .msg,.flow a.warning .msg,.flow a.note .msg,.flow a.ok .msg{stroke-width:3}
.flow a.error .msg{stroke-width:4;stroke-dasharray:none}
.flow a .peak{fill:currentColor}
.flow .said text.beside{fill:currentColor;font-weight:bold;font-size:11px}
.flow a .badge{fill:currentColor;stroke:var(--flow-paper);stroke-width:1.5}
.flow text.count{fill:var(--flow-badge-ink);font-weight:bold;font-size:12px}
.flow a:hover .reach{stroke:currentColor;stroke-opacity:.18}
.flow a:focus{outline:none}
.flow a:focus-visible .reach{stroke:var(--flow-focus);stroke-opacity:.4}
.flow a:focus-visible .badge{stroke:var(--flow-focus);stroke-width:3}
.flow a:target .reach{stroke:var(--flow-focus);stroke-opacity:.4}
@media print{.flow-drawing{overflow:visible;max-height:none}.flow{min-width:0;max-width:100%}
.flow text.count{fill:#fff}}
@media (forced-colors:active){.flow-drawing{--flow-paper:Canvas;--flow-ink:CanvasText;
--flow-quiet:CanvasText;--flow-pool:Canvas;--flow-pool-line:CanvasText;--flow-box:Canvas;
--flow-box-line:CanvasText;--flow-icon:CanvasText;--flow-party:Canvas;
--flow-party-line:CanvasText;--flow-inner:Canvas;--flow-inner-line:CanvasText;
--flow-line:CanvasText;--flow-message:CanvasText;--flow-start:CanvasText;
--flow-end:CanvasText;--flow-error:LinkText;--flow-warning:LinkText;--flow-note:LinkText;
--flow-ok:LinkText;--flow-badge-ink:Canvas;--flow-focus:Highlight}}
"""
