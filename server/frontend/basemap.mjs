// The base map of maps: land and today's borders of Natural Earth (public domain), packaged as world-atlas (ISC).
// Two scales, as lines of whole hundredths of a degree, each point as its difference from the one before: Python draws
// the part that a map shows, so a page carries that part only.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { feature, mesh } from "topojson-client";

const UNIT = 100;
const require = createRequire(import.meta.url);

export async function basemap() {
  return JSON.stringify({ unit: UNIT, coarse: await scale("110m"), fine: await scale("50m") });
}

async function scale(name) {
  const topology = JSON.parse(await readFile(require.resolve(`world-atlas/countries-${name}.json`), "utf8"));
  const land = feature(topology, topology.objects.land).features.flatMap(({ geometry }) =>
    geometry.type === "Polygon" ? geometry.coordinates : geometry.coordinates.flat(),
  );
  const borders = mesh(topology, topology.objects.countries, (a, b) => a !== b).coordinates;
  return { land: land.map((line) => packed(unrolled(line, true))), borders: borders.map((line) => packed(unrolled(line, false))) };
}

// World-atlas joins what Natural Earth cut at the 180th meridian: a line that crosses it goes on beyond 180 degrees, and
// the ring around a pole is closed along it.
function unrolled(line, ring) {
  const points = [];
  for (const [longitude, latitude] of line) {
    const before = points.length ? points.at(-1)[0] : longitude;
    points.push([longitude + 360 * Math.round((before - longitude) / 360), latitude]);
  }
  const [first, last] = [points[0], points.at(-1)];
  if (ring && Math.abs(last[0] - first[0]) > 180) {
    const pole = first[1] < 0 ? -90 : 90;
    points.push([last[0], pole], [first[0], pole]);
  }
  return points;
}

// [x0, y0, dx1, dy1, …], without points that fall together.
function packed(line) {
  const flat = [];
  let [x, y] = [0, 0];
  for (const [longitude, latitude] of line) {
    const [u, v] = [Math.round(longitude * UNIT), Math.round(latitude * UNIT)];
    if (flat.length === 0 || u !== x || v !== y) flat.push(u - x, v - y);
    [x, y] = [u, v];
  }
  return flat;
}
