using Skydive.Graph.Collections;

namespace Skydive.Graph.Tests.Collections;

[Collection(MemoryCollection.Name)]
public sealed class IntMapMemoryTests
{
    [Fact]
    public void Set_KeysThatCountUpAndGoAway_LeaveNoEmptyTreeBehind()
    {
        object owner = new();
        IntMap<string> map = default;
        long before = GC.GetTotalMemory(true);
        for (int i = 0; i < 500_000; i++)
        {
            map = map.Set(i, "x", owner);
            if (i >= 10)
            {
                map = map.Set(i - 10, null, owner);
            }
        }

        Assert.Equal(10, map.Values().Count());
        Assert.True(GC.GetTotalMemory(true) - before < 1_000_000);
    }
}
