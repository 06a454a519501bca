// Panel types by the name used in a dashboard's file.

import * as bars from "./bars.js";
import * as flip from "./flip.js";
import * as gauge from "./gauge.js";
import * as kpi from "./kpi.js";
import * as map from "./map.js";
import * as rank from "./rank.js";
import * as table from "./table.js";
import * as trend from "./trend.js";

export const panelTypes = { bars, flip, gauge, kpi, map, rank, table, trend };
