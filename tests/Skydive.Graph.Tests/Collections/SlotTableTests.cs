using Skydive.Contracts.Metadata;
using Skydive.Contracts.Topology;
using Skydive.Graph.Collections;

namespace Skydive.Graph.Tests.Collections;

public sealed class SlotTableTests
{
    [Theory]
    [InlineData(40, 1)]
    [InlineData(3000, 2)]
    public void AddAndRemove_RandomElements_AgreesWithADictionaryAndLeavesOlderTablesAlone(int range, int seed)
    {
        var random = new Random(seed);
        SlotTable<Node> table = default;
        IntMap<Node> elements = default;
        var model = new Dictionary<string, int>();
        var kept = new List<(SlotTable<Node> Table, IntMap<Node> Elements, Dictionary<string, int> Model)>();
        object owner = new();
        int next = 0;
        for (int i = 0; i < 3000; i++)
        {
            string id = "n" + random.Next(range);
            if (model.Remove(id, out int slot))
            {
                table = table.Remove(id, slot, owner);
                elements = elements.Set(slot, null, owner);
            }
            else if (random.Next(20) > 0)
            {
                elements = elements.Set(next, Make(id), owner);
                table = table.Add(id, next, owner);
                model[id] = next++;
            }
            else
            {
                Node[] added = [.. Enumerable.Range(0, random.Next(300)).Select(_ => "n" + random.Next(range)).Distinct().Where(id => !model.ContainsKey(id)).Select(Make)];
                elements = elements.SetRange(next, added, owner);
                table = Assert.NotNull(table.AddMany(added, next, elements, owner));
                foreach (var node in added)
                {
                    model[node.Id] = next++;
                }
            }

            if (random.Next(50) == 0)
            {
                kept.Add((table, elements, new(model)));
                owner = new();
            }
        }

        kept.Add((table, elements, model));
        Assert.All(kept, state =>
        {
            Assert.Equal(state.Model.Count, state.Table.Count);
            for (int i = 0; i < range; i++)
            {
                bool isThere = state.Model.TryGetValue("n" + i, out int expected);
                Assert.Equal(isThere, state.Table.TryGetSlot("n" + i, state.Elements, out int slot));
                Assert.Equal(isThere ? expected : -1, slot);
            }
        });
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5000)]
    public void AddMany_OneIdentifierTwice_IsRefusedAndChangesNothing(int count)
    {
        object owner = new();
        Node[] first = [.. Enumerable.Range(0, count).Select(static i => Make("n" + i))];
        var elements = default(IntMap<Node>).SetRange(0, first, owner);
        var table = Assert.NotNull(default(SlotTable<Node>).AddMany(first, 0, elements, owner));
        object other = new();
        Node[] again = [Make("x"), Make("n1")];
        Assert.Null(table.AddMany(again, count, elements.SetRange(count, again, other), other));
        Node[] twice = [Make("y"), Make("z"), Make("y")];
        Assert.Null(table.AddMany(twice, count, elements.SetRange(count, twice, other), other));
        Assert.Equal(count, table.Count);
        Assert.False(table.TryGetSlot("x", elements, out _));
        Assert.True(table.TryGetSlot("n1", elements, out int slot));
        Assert.Equal(1, slot);
    }

    private static Node Make(string id) => new() { Id = id, Metadata = MetadataMap.Empty, CreatedAt = 1, UpdatedAt = 1 };
}
