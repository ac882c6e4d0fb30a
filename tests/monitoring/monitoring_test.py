#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Holds examples/monitoring and the metrics against Prometheus' own tools.

usage: monitoring_test.py METRICS_SAMPLE EXAMPLES

Prints one "ok - ..." or "not ok - ..." a case. Without promtool or systemd-analyze what needs them
says that it is skipped; tests/run.sh counts that, and in CI it is a failure.
"""

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

sys.dont_write_bytecode = True  # nothing of this belongs into the source tree
sys.path.append(os.path.join(os.path.dirname(os.path.realpath(__file__)), "../support"))

from cases import Cases, Skip

SECONDS = 240
STATUSES = ("healthy", "degraded", "broken", "awkward", "empty")
# Which alerts the real rules raise on the real metrics.
ALERTS = {
    "healthy": set(),
    "degraded": {"HaohSingleArray", "HaohControllerNotLive", "HaohMonitorBlind"},
    "broken": {"HaohNoPath", "HaohNoOptimizedPath", "HaohPathUnusable", "HaohIdentityFail"},
}


def run(*command, text=None, directory=None):
    """What the command printed; AssertionError when it failed."""
    if shutil.which(command[0]) is None:
        raise Skip(f"{os.path.basename(command[0])} is not installed")
    done = subprocess.run(command, input=text, cwd=directory, capture_output=True, text=True,
                          timeout=SECONDS, check=False)
    assert done.returncode == 0, f"{' '.join(command)}:\n{done.stdout}{done.stderr}"
    return done.stdout + done.stderr


class Examples:
    def __init__(self, sample, directory):
        self.sample, self.directory = sample, directory

    def page(self, status):
        return run(self.sample, status)

    def text(self, name):
        with open(os.path.join(self.directory, name), encoding="utf-8") as file:
            return file.read()

    def families(self):
        names = set()
        for name, kind in re.findall(r"^# TYPE (\w+) (\w+)$", self.page("healthy"), re.M):
            parts = ("_bucket", "_sum", "_count") if kind == "histogram" else ("",)
            names.update(name + part for part in parts)
        return names

    def alerts(self):
        return re.findall(r"^ +- alert: (\w+)$", self.text("haoh.rules.yml"), re.M)


def check_rules(examples):
    """the alert rules are valid"""
    run("promtool", "check", "rules", "haoh.rules.yml", directory=examples.directory)


def check_config(examples):
    """the sample configuration is valid"""
    run("promtool", "check", "config", "prometheus.yml", directory=examples.directory)


def check_rule_tests(examples):
    """each alert fires when it should, and no other"""
    run("promtool", "test", "rules", "haoh.rules.test.yml", directory=examples.directory)


def check_tests_are_complete(examples):
    """each alert has a test, a summary, a description and an action"""
    alerts = examples.alerts()
    assert len(alerts) >= 10 and len(alerts) == len(set(alerts)), alerts
    tests = examples.text("haoh.rules.test.yml")
    for alert in alerts:
        assert f'alertname="{alert}"' in tests, f"{alert} fires in no test"
    for rule in examples.text("haoh.rules.yml").split("- alert: ")[1:]:
        for key in ("severity", "summary", "description", "action"):
            assert re.search(rf"^ +{key}: ", rule, re.M), f"{rule.split()[0]} has no {key}"
        assert rule.split()[0] in examples.text("README.md"), f"README.md: {rule.split()[0]}"


def check_metrics(examples):
    """Prometheus reads the metrics, whatever is in them, and has nothing to say against them"""
    for status in STATUSES:
        said = run("promtool", "check", "metrics", text=examples.page(status))
        assert said.strip() == "", f"{status}: {said}"


def check_alerts_of_real_metrics(examples):
    """the alerts of real metrics are those that they deserve"""
    for status, expected in ALERTS.items():
        series = [{"series": 'up{job="haoh",instance="h"}', "values": "1x60"}]
        for line in examples.page(status).splitlines():
            if not line.startswith("#"):
                name, value = line.rsplit(" ", 1)
                name, _, labels = name.partition("{")
                labels = 'job="haoh",instance="h"' + ("," if labels else "") + labels.rstrip("}")
                series.append({"series": f"{name}{{{labels}}}", "values": f"{value}x60"})
        expression = 'count by (alertname) (ALERTS{alertstate="firing"}) > bool 0'
        samples = [{"labels": f'{{alertname="{alert}"}}', "value": 1} for alert in expected]
        test = {"rule_files": [os.path.abspath(os.path.join(examples.directory, "haoh.rules.yml"))],
                "evaluation_interval": "1m",
                "tests": [{"name": status, "interval": "1m", "input_series": series,
                           "promql_expr_test": [{"expr": expression, "eval_time": "50m",
                                                 "exp_samples": samples}]}]}
        with tempfile.TemporaryDirectory() as directory:
            path = os.path.join(directory, "test.yml")
            with open(path, "w", encoding="utf-8") as file:
                json.dump(test, file)  # JSON is YAML
            run("promtool", "test", "rules", path)


def check_dashboard(examples):
    """the dashboard is JSON with panels that have queries"""
    dashboard = json.loads(examples.text("dashboard.json"))
    panels = dashboard["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels) >= 6
    cells = set()
    for panel in panels:
        assert panel["title"] and panel["targets"], panel
        assert all(target["expr"] for target in panel["targets"]), panel["title"]
        place = panel["gridPos"]
        mine = {(x, y) for x in range(place["x"], place["x"] + place["w"])
                for y in range(place["y"], place["y"] + place["h"])}
        assert not mine & cells and place["x"] + place["w"] <= 24, f"{panel['title']}: its place"
        cells |= mine


def check_queries(examples):
    """Prometheus reads the queries of the dashboard"""
    rules = []
    for panel in json.loads(examples.text("dashboard.json"))["panels"]:
        for target in panel["targets"]:
            expression = target["expr"].replace("$__rate_interval", "1m")
            rules.append({"record": f"query:{len(rules)}", "expr": expression})
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "queries.yml")
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"groups": [{"name": "dashboard", "rules": rules}]}, file)
        run("promtool", "check", "rules", "--lint=none", path)


def check_names(examples):
    """every metric that the examples name exists"""
    families = examples.families()
    for name in ("haoh.rules.yml", "haoh.rules.test.yml", "dashboard.json", "prometheus.yml",
                 "README.md"):
        for metric in set(re.findall(r"\bhaoh_\w+", examples.text(name))):
            assert metric in families, f"{name}: there is no {metric}"
    used = examples.text("haoh.rules.yml") + examples.text("dashboard.json")
    assert "haoh_ana_change_latency_seconds_bucket" in used


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def ask(url):
    """The data of an answer of Prometheus; None while it does not answer."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(url, timeout=60) as answer:
            return json.load(answer)["data"]
    except OSError:
        return None


@contextlib.contextmanager
def running(*command, **options):
    """A child that is ended with its standard input, or by a signal."""
    with subprocess.Popen(command, stdin=subprocess.PIPE, text=True, **options) as child:
        try:
            yield child
        finally:
            child.stdin.close()
            child.terminate()
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                child.kill()


def wait_for(condition, process, log):
    """The first result of `condition` that is true."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end and process.poll() is None:
        result = condition()
        if result:
            return result
        time.sleep(0.1)
    with open(log, encoding="utf-8") as file:
        raise AssertionError("it did not come about:\n" + file.read()[-2000:])


def check_scrape(examples):
    """the real Prometheus scrapes the server, with the example's configuration"""
    if shutil.which("prometheus") is None:
        raise Skip("prometheus is not installed")
    port = free_port()
    url = f"http://127.0.0.1:{port}/api/v1/"
    with tempfile.TemporaryDirectory() as directory, \
            running(examples.sample, "degraded", "serve", stdout=subprocess.PIPE) as server:
        endpoint = server.stdout.readline().strip()
        log = os.path.join(directory, "log")
        configuration = examples.text("prometheus.yml").replace("127.0.0.1:9809", endpoint)
        assert endpoint in configuration
        # Nobody waits 15 s for a test.
        configuration = configuration.replace("interval: 15s", "interval: 1s")
        with open(os.path.join(directory, "prometheus.yml"), "w", encoding="utf-8") as file:
            file.write(configuration)
        shutil.copy(os.path.join(examples.directory, "haoh.rules.yml"), directory)
        with open(log, "w", encoding="utf-8") as output, \
                running("prometheus", f"--config.file={directory}/prometheus.yml",
                        f"--storage.tsdb.path={directory}/data",
                        f"--web.listen-address=127.0.0.1:{port}",
                        stdout=output, stderr=output) as prometheus:
            def found(query, what=lambda data: data["result"]):
                data = ask(url + query)
                return data and what(data)

            wait_for(lambda: found("query?query=haoh_build_info"), prometheus, log)
            targets = wait_for(lambda: found("targets", lambda data: data["activeTargets"]),
                               prometheus, log)
            assert [target["health"] for target in targets] == ["up"], targets
            count = sum(not line.startswith("#") for line in examples.page("degraded").splitlines())
            result = ask(url + "query?query=scrape_samples_scraped")["result"]
            assert result[0]["value"][1] == str(count), f"{count} samples: {result}"
            # Which of them fire takes minutes; that they are pending shows that the rules run.
            wait_for(lambda: {"HaohSingleArray", "HaohControllerNotLive", "HaohMonitorBlind"} ==
                     {alert["labels"]["alertname"]
                      for alert in found("alerts", lambda data: data["alerts"]) or []},
                     prometheus, log)


def check_unit(examples):
    """systemd has nothing to say against the unit"""
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "haoh-monitor.service")
        with open(path, "w", encoding="utf-8") as file:
            # haoh need not be installed where this runs.
            file.write(examples.text("haoh-monitor.service").replace("=/usr/bin/haoh ",
                                                                     "=/bin/true "))
        said = run("systemd-analyze", "verify", "--man=no", path)
        assert "haoh-monitor" not in said, said


def main():
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    examples = Examples(sys.argv[1], sys.argv[2])
    cases = Cases()
    for case in (check_rules, check_config, check_rule_tests, check_tests_are_complete,
                 check_metrics, check_alerts_of_real_metrics, check_dashboard, check_queries,
                 check_names, check_scrape, check_unit):
        cases.run(case.__doc__, case, examples)
    return cases.end()


if __name__ == "__main__":
    sys.exit(main())
