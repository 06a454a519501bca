"""Makes the map of China for the browser: 34 divisions, simplified with shared borders kept shared.

    outline.py PROVINCES.bin PROVINCES.csv LINES.bin OUT.json

The source files hold geometries in a small integer code, decoded here. The result is GeoJSON: one feature for each
division, one for the lines in the South China Sea, and a member `inset` with what the small inset map shows.
"""

import csv
import json
import struct
import sys

import numpy
import shapely
from shapely.geometry.polygon import orient

TOLERANCE_DEGREES = 0.02
DECIMALS = 3
SEA_LINES = 2  # index of the dashes among the line sets
SEA_NAME = "南海诸岛"
INSET_BOX = (105.6, 2.6, 123.2, 24.6)
LINE, MULTI_LINE, POLYGON, MULTI_POLYGON = 2, 3, 5, 6
ENGLISH = {
    "北京": "Beijing", "天津": "Tianjin", "河北": "Hebei", "山西": "Shanxi", "内蒙古": "Inner Mongolia", "辽宁": "Liaoning",
    "吉林": "Jilin", "黑龙江": "Heilongjiang", "上海": "Shanghai", "江苏": "Jiangsu", "浙江": "Zhejiang", "安徽": "Anhui",
    "福建": "Fujian", "江西": "Jiangxi", "山东": "Shandong", "河南": "Henan", "湖北": "Hubei", "湖南": "Hunan",
    "广东": "Guangdong", "广西": "Guangxi", "海南": "Hainan", "重庆": "Chongqing", "四川": "Sichuan", "贵州": "Guizhou",
    "云南": "Yunnan", "西藏": "Xizang", "陕西": "Shaanxi", "甘肃": "Gansu", "青海": "Qinghai", "宁夏": "Ningxia",
    "新疆": "Xinjiang", "台湾": "Taiwan", "香港": "Hong Kong", "澳门": "Macao",
}


def parts(blob):
    """Splits a block: a count, that many sizes, then the parts one after the other."""
    (count,) = struct.unpack_from("<I", blob, 0)
    sizes = numpy.frombuffer(blob, dtype="<u4", count=count, offset=4).tolist()
    start = 4 + 4 * count
    for size in sizes:
        yield blob[start:start + size]
        start += size


def coordinates(blob):
    """Decodes one list of points: two-millionths of a degree, absolute or as steps from the first point."""
    (stepwise,) = struct.unpack_from("<I", blob, 0)
    if stepwise:
        first = numpy.frombuffer(blob, dtype="<u4", count=2, offset=4).astype(numpy.int64)
        steps = numpy.frombuffer(blob, dtype="<i2", offset=12).reshape(-1, 2).astype(numpy.int64)
        points = numpy.vstack([first[None, :], steps]).cumsum(axis=0)
    else:
        points = numpy.frombuffer(blob, dtype="<u4", offset=4).reshape(-1, 2)
    return points * 2e-6 + numpy.array([-180.0, -90.0])


def polygon(blob):
    """Decodes a polygon: its outer ring, then its holes."""
    rings = [coordinates(part) for part in parts(blob)]
    return shapely.Polygon(rings[0], rings[1:])


def geometry(blob):
    """Decodes one geometry by its leading kind."""
    (kind,) = struct.unpack_from("<I", blob, 0)
    body = blob[4:]
    if kind == POLYGON:
        return polygon(body)
    if kind == MULTI_POLYGON:
        return shapely.MultiPolygon([polygon(part) for part in parts(body)])
    if kind == LINE:
        return shapely.LineString(coordinates(body))
    if kind == MULTI_LINE:
        return shapely.MultiLineString([coordinates(part) for part in parts(body)])
    raise SystemExit(f"outline: unexpected geometry kind {kind}")


def rounded(value):
    """Rounds nested coordinate lists and drops points that fall on their predecessor."""
    if isinstance(value[0], (int, float)):
        return [round(number, DECIMALS) for number in value]
    items = [rounded(item) for item in value]
    if isinstance(items[0][0], (int, float)):
        items = [item for place, item in enumerate(items) if place == 0 or item != items[place - 1]]
    return items


def feature(shape, properties):
    """Writes one shape as a GeoJSON feature with rings in the order the standard asks for."""
    if shape.geom_type == "Polygon":
        shape = orient(shape)
    elif shape.geom_type == "MultiPolygon":
        shape = shapely.MultiPolygon([orient(part) for part in shape.geoms])
    mapping = shapely.geometry.mapping(shape)
    return {
        "type": "Feature", "properties": properties,
        "geometry": {"type": mapping["type"], "coordinates": rounded(mapping["coordinates"])},
    }


def only(shape, kind):
    """Keeps the polygons, or the lines, of a clipped shape."""
    found = [part for part in getattr(shape, "geoms", [shape]) if part.geom_type == kind and not part.is_empty]
    return (shapely.MultiPolygon if kind == "Polygon" else shapely.MultiLineString)(found) if found else None


def main(provinces_path, names_path, lines_path, out_path):
    provinces = [geometry(part) for part in parts(open(provinces_path, "rb").read())]
    lines = [geometry(part) for part in parts(open(lines_path, "rb").read())]
    with open(names_path, encoding="utf-8") as file:
        names = list(csv.DictReader(file))
    if len(provinces) != len(names) or len(names) != len(ENGLISH):
        raise SystemExit(f"outline: {len(provinces)} shapes for {len(names)} names, wanted {len(ENGLISH)}")

    simple = shapely.coverage_simplify(numpy.array(provinces, dtype=object), TOLERANCE_DEGREES)
    dashes = lines[SEA_LINES]
    sea = {"name": SEA_NAME, "english": "South China Sea Islands", "line": True}
    features, inset = [], []
    for shape, row in zip(simple, names):
        if shape.is_empty:
            raise SystemExit(f"outline: {row['short_name']} vanished in the simplification")
        properties = {
            "name": row["short_name"], "fullName": row["province_name"], "english": ENGLISH[row["short_name"]],
            "adcode": int(row["province_adcode"]), "cp": [float(row["lon"]), float(row["lat"])],
        }
        features.append(feature(shape, properties))
        clipped = only(shapely.clip_by_rect(shape, *INSET_BOX), "Polygon")
        if clipped is not None:
            inset.append(feature(clipped, properties))
    features.append(feature(dashes, sea))
    inset.append(feature(only(shapely.clip_by_rect(dashes, *INSET_BOX), "LineString"), sea))
    document = {
        "type": "FeatureCollection", "source": "Tianditu (天地图), simplified", "features": features,
        "inset": {"type": "FeatureCollection", "features": inset},
    }
    with open(out_path, "w", encoding="utf-8") as file:
        json.dump(document, file, ensure_ascii=False, separators=(",", ":"))


if __name__ == "__main__":
    if len(sys.argv) != 5:
        raise SystemExit(__doc__)
    main(*sys.argv[1:])
