import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { interpolate, readComposeFile } from './compose-file.ts';

const { services, configs } = readComposeFile();
const ours = Object.entries(services).filter(([, { build }]) => /^(gateway|\w+-worker)/.test(build?.target ?? ''));

interface CollectorConfiguration {
  receivers: { otlp: { protocols: Record<string, { endpoint: string }> } };
  processors: Record<string, unknown>;
  exporters: Record<string, { endpoint: string }>;
  service: { pipelines: { traces: { receivers: string[]; processors: string[]; exporters: string[] } } };
}
const collector = parse(configs['collector']!.content) as CollectorConfiguration;

describe('traces in docker-compose.yml', () => {
  it('go from every process of ours to the collector, and from there to what shows them', () => {
    const { http } = collector.receivers.otlp.protocols;
    const port = http!.endpoint.split(':').at(-1);
    expect(ours).toHaveLength(5);
    for (const [, { environment, networks }] of ours) {
      expect(interpolate(environment!['OTEL_EXPORTER_OTLP_ENDPOINT']!, {})).toBe(`http://collector:${port}`);
      expect(networks).toContain('inside');
    }
    expect(services['collector']!.networks).toEqual(['inside']);
    const [exporter] = Object.values(collector.exporters);
    const [host = ''] = exporter!.endpoint.split(':');
    expect(services[host]!.image).toMatch(/^jaegertracing\/jaeger:/);
    expect(services[host]!.networks).toContain('inside');
  });

  it('pass parts that the collector has', () => {
    const { receivers, processors, exporters } = collector.service.pipelines.traces;
    expect(receivers).toEqual(Object.keys(collector.receivers));
    expect([...processors].sort()).toEqual(Object.keys(collector.processors).sort());
    // What limits memory has to come first.
    expect(processors[0]).toBe('memory_limiter');
    expect(exporters).toEqual(Object.keys(collector.exporters));
  });

  it('can be switched off', () => {
    for (const [, { environment }] of ours) {
      const sampler = environment!['OTEL_TRACES_SAMPLER']!;
      expect(interpolate(sampler, {})).toBe('parentbased_always_on');
      expect(interpolate(sampler, { OTEL_TRACES_SAMPLER: 'always_off' })).toBe('always_off');
    }
  });

  it('need no process to wait for the collector', () => {
    for (const [, { depends_on: waited = {} }] of ours) expect(Object.keys(waited)).not.toContain('collector');
  });
});
