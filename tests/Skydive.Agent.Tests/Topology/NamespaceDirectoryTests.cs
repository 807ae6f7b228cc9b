using Skydive.Agent.Tests.Support;
using Skydive.Agent.Topology;
using Skydive.Linux.Namespaces;

namespace Skydive.Agent.Tests.Topology;

/// <summary>Several sources that know the same namespaces.</summary>
public sealed class NamespaceDirectoryTests : IDisposable
{
    private readonly FakeNamespaceWatcher _watcher = new();
    private readonly NamespaceDirectory _directory;

    public NamespaceDirectoryTests() => _directory = new(_watcher);

    public void Dispose() => _watcher.Dispose();

    [Fact]
    public async Task Register_SeveralSources_WatchesOnceUntilTheLastHasReleased()
    {
        var id = Current();
        var named = Use(id, "netns", "/run/netns/a");
        var process = Use(id, "process", "/proc/42/ns/net", NamespacePrecedence.Process);

        await RegisterAsync(named);
        await RegisterAsync(process);
        await _directory.ReleaseAsync([named]);
        Assert.True(_directory.Contains(id));
        await _directory.ReleaseAsync([process]);

        Assert.Equal(["+a:/run/netns/a:", "~net:/proc/42/ns/net:", $"-{id.Inode}"], _watcher.Orders);
        Assert.False(_directory.Contains(id));
    }

    [Fact]
    public async Task Register_BetterName_TakesThePlaceOfAWorse()
    {
        var id = Current();

        await RegisterAsync(Use(id, "process", "/proc/42/ns/net", NamespacePrecedence.Process));
        await RegisterAsync(Use(id, "docker", "/var/run/docker/netns/c1", NamespacePrecedence.Container, "docker"));
        await RegisterAsync(Use(id, "netns", "/run/netns/a"));
        await RegisterAsync(Use(id, "netns", "/run/netns/0"));

        // The manager stays whatever the name is, and of equal names the one that is shown.
        Assert.Equal(["+net:/proc/42/ns/net:", "~c1:/var/run/docker/netns/c1:docker", "~a:/run/netns/a:docker"], _watcher.Orders);
    }

    [Fact]
    public async Task Register_SeveralNamesAtOnce_ShowsTheFirst()
    {
        var id = Current();

        await RegisterAsync(Use(id, "netns", "/run/netns/b"), Use(id, "netns", "/run/netns/a"));

        Assert.Equal("+a:/run/netns/a:", Assert.Single(_watcher.Orders));
    }

    [Fact]
    public async Task Register_PathLeadsElsewhere_EndsTheUseBefore()
    {
        using var network = new TestNetwork();
        var (one, two) = (Open(), network.OpenHost());
        await RegisterAsync(Use(one.Id, "netns", "/run/netns/a"));

        await _directory.RegisterAsync([new(Use(two.Id, "netns", "/run/netns/a"), two)]);

        Assert.Equal(["+a:/run/netns/a:", $"+a:/run/netns/a: -{one.Id.Inode}"], _watcher.Orders);
    }

    [Fact]
    public async Task Register_Again_ChangesNothing()
    {
        var use = Use(Current(), "netns", "/run/netns/a");
        await RegisterAsync(use);

        await RegisterAsync(use);
        await _directory.ReleaseAsync([use with { Path = "/run/netns/unknown" }]);

        Assert.Single(_watcher.Orders);
    }

    [Fact]
    public async Task Register_Refused_IsAsIfNobodyHadFoundIt()
    {
        var use = Use(Current(), "netns", "/run/netns/a");
        var other = use with { Source = "docker" };
        _watcher.Refused.Add(use.Id);
        var gate = new TaskCompletionSource();
        _watcher.Gate = gate.Task;
        var first = RegisterAsync(use);
        var second = RegisterAsync(other);
        gate.SetResult();

        Assert.Equal([use], await first);
        Assert.Equal([other], await second);
        Assert.False(_directory.Contains(use.Id));

        _watcher.Refused.Clear();
        Assert.Empty(await RegisterAsync(use));
        Assert.Equal(2, _watcher.Orders.Count);
    }

    [Fact]
    public async Task Register_NamespaceOfTheHost_IsTheHost()
    {
        var host = Open();
        await _directory.StartAsync(host, []);
        Assert.True(_directory.Contains(host.Id));
        var use = Use(host.Id, "process", "/proc/1/ns/net", NamespacePrecedence.Process);

        Assert.Empty(await RegisterAsync(use));
        await _directory.ReleaseAsync([use]);

        Assert.Single(_watcher.Orders);
        Assert.Equal($"node {host.Id.Inode}", _directory.FindNode(host.Id));
    }

    [Fact]
    public async Task Register_KnownAlready_ClosesWhatItWasGiven()
    {
        var (one, two) = (Open(), Open());
        await _directory.RegisterAsync([new(Use(one.Id, "netns", "/run/netns/a"), one)]);

        await _directory.RegisterAsync([new(Use(two.Id, "netns", "/run/netns/b"), two)]);

        Assert.False(one.Descriptor.IsClosed);
        Assert.True(two.Descriptor.IsClosed);
    }

    [Fact]
    public async Task Change_ManySourcesAtOnce_LeavesNothing()
    {
        var id = Current();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(source => Task.Run(async () =>
        {
            for (int i = 0; i < 200; i++)
            {
                var use = Use(id, $"source {source}", $"/run/netns/{i % 3}");
                await RegisterAsync(use);
                await _directory.ReleaseAsync([use]);
            }
        })));

        Assert.False(_directory.Contains(id));
        int added = 0;
        foreach (string order in _watcher.Orders)
        {
            added += order.StartsWith('+') ? 1 : order.StartsWith('-') ? -1 : 0;
            Assert.InRange(added, 0, 1);
        }

        Assert.Equal(0, added);
    }

    private static NamespaceId Current()
    {
        using var current = Open();
        return current.Id;
    }

    private static NetworkNamespace Open() => NetworkNamespace.OpenCurrent();

    private static NamespaceUse Use(
        NamespaceId id, string source, string path, NamespacePrecedence precedence = NamespacePrecedence.Named, string? manager = null) =>
        new(source, id, Path.GetFileName(path), path, precedence, manager);

    private Task<IReadOnlyList<NamespaceUse>> RegisterAsync(params NamespaceUse[] uses) =>
        _directory.RegisterAsync([.. uses.Select(static use => new NamespaceRegistration(use, Open()))]);
}
