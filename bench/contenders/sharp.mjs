// sharp: each variant from the file, as its users write it. Reads a job, prints what it took.
import { existsSync, readFileSync } from "node:fs";
import sharp from "sharp";

const job = JSON.parse(readFileSync(0, "utf8"));
sharp.concurrency(1);
sharp.cache(false); // a user's pictures differ, and so would find nothing in it

const chosen = {
  jpeg: (picture) => picture.jpeg({ quality: job.quality, progressive: true }),
  webp: (picture) => picture.webp({ quality: job.quality, effort: job.effort }),
  avif: (picture) => picture.avif({ quality: job.quality, effort: job.effort, chromaSubsampling: "4:2:0" }),
  gif: (picture) => picture.gif({ effort: job.effort }),
  png: (picture) => picture.png({ compressionLevel: 6, adaptiveFiltering: true }),
};

const stamp = (px) => ({
  input: {
    text: {
      text: `<span foreground="#ffffff66">${job.mark}</span>`,
      font: `Inter Semi-Bold ${px * 0.75}`,
      fontfile: job.font,
      dpi: 96,
      rgba: true,
    },
  },
  gravity: "southeast",
});

async function variant({ width, height, cover }) {
  const fit = cover ? "cover" : "inside";
  let picture = sharp(job.source, { animated: job.animated })
    .rotate()
    .resize({ width, height: height ?? undefined, fit, withoutEnlargement: true });
  if (job.mark && !cover) {
    const { width: across, height: down } = await sharp(job.source).metadata();
    const shorter = Math.min(width, (width * down) / across);
    picture = picture.composite([stamp(Math.round(0.04 * shorter))]);
  }
  return chosen[job.format](picture).toBuffer();
}

async function work() {
  const written = [];
  for (const output of job.outputs) written.push(await variant(output));
  return written;
}

function peakMb() {
  const status = "/proc/self/status";
  if (!existsSync(status)) return (process.resourceUsage().maxRSS * 1024) / 1e6;
  return (Number(/VmHWM:\s+(\d+)/.exec(readFileSync(status, "utf8"))[1]) * 1024) / 1e6;
}

const written = await work();
const told = { cpu_ms: [], wall_ms: [], peak_mb: peakMb(), bytes: written.map((each) => each.length) };
const until = performance.now() + job.seconds * 1000;
while (!told.cpu_ms.length || performance.now() < until) {
  const cpu = process.cpuUsage();
  const wall = performance.now();
  await work();
  const used = process.cpuUsage(cpu);
  told.cpu_ms.push((used.user + used.system) / 1000);
  told.wall_ms.push(performance.now() - wall);
}
process.stdout.write(`${JSON.stringify(told)}\n`);
