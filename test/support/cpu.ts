/** Milliseconds of CPU this thread spends on one run of `work`: the median of five batches. */
export async function medianCpuMs(work: () => Promise<unknown>, runsEach = 1): Promise<number> {
  const batches: number[] = [];
  for (let batch = 0; batch < 5; batch++) batches.push(await cpuMs(work, runsEach));
  return batches.sort((a, b) => a - b)[2] ?? Infinity;
}

/** Other threads run other tests meanwhile, so the process's own account would not do. */
async function cpuMs(work: () => Promise<unknown>, runs: number): Promise<number> {
  const before = process.threadCpuUsage();
  for (let run = 0; run < runs; run++) await work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000 / runs;
}
