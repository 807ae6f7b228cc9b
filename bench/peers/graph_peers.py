#!/usr/bin/env python3
"""The queries of Skydive.Gremlin.Bench asked of networkx and igraph, on the same graph.

usage: graph_peers.py GRAPH.tsv [networkx|igraph ...]

GRAPH.tsv is what `Skydive.Gremlin.Bench export GRAPH.tsv` writes: a line "n ID TYPE STATE NAME" for each node, then a line "e PARENT CHILD" for
each edge, with tabs. Prints the median of the runs of a second, in milliseconds, and the number of hits.
"""
import statistics
import sys
import time

START, GOAL = 4711, "if31337"


def read(path):
    nodes, edges = [], []
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            kind, *fields = line.rstrip("\n").split("\t")
            (nodes if kind == "n" else edges).append(fields)
    return nodes, edges


def measure(peer, name, query):
    hits = query()
    times, begin = [], time.perf_counter()
    while len(times) < 5 or time.perf_counter() - begin < 1:
        start = time.perf_counter()
        query()
        times.append((time.perf_counter() - start) * 1000)
    print(f"{peer:<10} {name:<20} {statistics.median(times):12.4f} {min(times):12.4f} {hits:9}")


def networkx(nodes, edges):
    import networkx as nx
    graph = nx.MultiDiGraph()
    for identifier, kind, state, name in nodes:
        graph.add_node(identifier, Type=kind, State=state, Name=name)
    graph.add_edges_from(edges)
    undirected = nx.Graph(graph)
    start = nodes[START][0]
    goal = next(node[0] for node in nodes if node[3] == GOAL)
    measure("networkx", "filter", lambda: len([n for n, d in graph.nodes(data=True) if d["Type"] == "veth" and d["State"] == "DOWN"]))
    measure("networkx", "two hops", lambda: len([end for near in graph.successors(start) for end in graph.successors(near)]))
    measure("networkx", "path", lambda: len(nx.bidirectional_shortest_path(undirected, start, goal)))
    data = graph.nodes

    def bridges():
        count = 0
        for node, values in graph.nodes(data=True):
            if values["Type"] == "bridge":
                for _, near in graph.out_edges(node):
                    count += data[near]["Type"] == "veth"
                for near, _ in graph.in_edges(node):
                    count += data[near]["Type"] == "veth"
        return count

    measure("networkx", "bridge-veth count", bridges)


def igraph(nodes, edges):
    import igraph as ig
    number = {node[0]: i for i, node in enumerate(nodes)}
    graph = ig.Graph(n=len(nodes), edges=[(number[parent], number[child]) for parent, child in edges], directed=True)
    for column, key in enumerate(("ID", "Type", "State", "Name")):
        graph.vs[key] = [node[column] for node in nodes]
    goal = next(i for i, node in enumerate(nodes) if node[3] == GOAL)
    measure("igraph", "filter", lambda: len(graph.vs.select(Type_eq="veth", State_eq="DOWN")))
    measure("igraph", "two hops", lambda: sum(len(graph.successors(near)) for near in graph.successors(START)))
    measure("igraph", "path", lambda: len(graph.get_shortest_paths(START, to=goal, mode="all")[0]))
    types = graph.vs["Type"]

    def bridges():
        return sum(types[near] == "veth" for node in graph.vs.select(Type_eq="bridge") for near in graph.neighbors(node, mode="all"))

    measure("igraph", "bridge-veth count", bridges)


if __name__ == "__main__":
    NODES, EDGES = read(sys.argv[1])
    print(f"{'peer':<10} {'query':<20} {'median ms':>12} {'least ms':>12} {'hits':>9}")
    for wanted in sys.argv[2:] or ["networkx", "igraph"]:
        {"networkx": networkx, "igraph": igraph}[wanted](NODES, EDGES)
