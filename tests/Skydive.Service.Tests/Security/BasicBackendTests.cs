using Microsoft.Extensions.Logging.Abstractions;
using Skydive.Service.Security;
using Skydive.Service.Tests.Support;

namespace Skydive.Service.Tests.Security;

public sealed class BasicBackendTests : IDisposable
{
    private static readonly string s_hash = PasswordHash.Create("secret", rounds: 1000);

    private readonly TemporaryDirectory _directory = new();
    private readonly TestTime _time = new();

    private static CancellationToken None => TestContext.Current.CancellationToken;

    private string FilePath => Path.Combine(_directory.Path, "users");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Check_UsersOfFileAndConfiguration_AreKnown()
    {
        File.WriteAllText(FilePath, $"ann:{s_hash}:guest\nbob:{s_hash}\n");
        var backend = new BasicBackend("basic", FilePath, new Dictionary<string, UserEntry> { ["eve"] = new(s_hash, ["noc"]), ["bob"] = new(PasswordHash.Create("other", 1000), []) }, _time, NullLogger.Instance);
        Assert.Equal(["guest"], (await backend.CheckAsync("ann", "secret", None))!.Groups);
        Assert.Equal(["noc"], (await backend.CheckAsync("eve", "secret", None))!.Groups);
        Assert.Null(await backend.CheckAsync("ann", "Secret", None));
        Assert.Null(await backend.CheckAsync("nobody", "secret", None));
        Assert.Null(await backend.CheckAsync("bob", "secret", None));
        Assert.NotNull(await backend.CheckAsync("bob", "other", None));
    }

    [Fact]
    public async Task Check_AfterTheFileChanged_KnowsTheNewUsers()
    {
        UserFile.Update(FilePath, "ann", static _ => new(s_hash, []));
        var backend = new BasicBackend("basic", FilePath, new Dictionary<string, UserEntry>(), _time, NullLogger.Instance);
        UserFile.Update(FilePath, "bob", static _ => new(s_hash, []));
        UserFile.Update(FilePath, "ann", static _ => null);
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Null(backend.Find("ann"));
        Assert.NotNull(await backend.CheckAsync("bob", "secret", None));

        // A file that is gone for a moment does not lock everybody out.
        File.Move(FilePath, FilePath + ".moved");
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.NotNull(backend.Find("bob"));
    }

    [Fact]
    public void Remembered_PasswordThatWasChanged_IsForgotten()
    {
        UserFile.Update(FilePath, "ann", static _ => new(s_hash, []));
        var backend = new BasicBackend("basic", FilePath, new Dictionary<string, UserEntry>(), _time, NullLogger.Instance);
        var cache = new CredentialCache(TimeSpan.FromMinutes(5), _time);
        cache.Add(backend, backend.Find("ann")!, "secret");
        Assert.NotNull(cache.Find(backend, "ann", "secret"));
        Assert.Null(cache.Find(backend, "ann", "Secret"));
        Assert.Null(cache.Find(backend, "ann secret", string.Empty));
        UserFile.Update(FilePath, "ann", static _ => new(PasswordHash.Create("secret2", 1000), []));
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Null(cache.Find(backend, "ann", "secret"));
    }

    [Fact]
    public void Remembered_Passwords_ExpireAndStayFew()
    {
        var backend = new BasicBackend("basic", null, new Dictionary<string, UserEntry> { ["ann"] = new(s_hash, []) }, _time, NullLogger.Instance);
        var cache = new CredentialCache(TimeSpan.FromMinutes(5), _time);
        cache.Add(backend, backend.Find("ann")!, "secret");
        _time.Advance(TimeSpan.FromMinutes(6));
        Assert.Null(cache.Find(backend, "ann", "secret"));
    }
}
