using Microsoft.Extensions.Logging.Abstractions;
using Skydive.Service.Security;
using Skydive.Service.Tests.Support;

namespace Skydive.Service.Tests.Security;

public sealed class TokenTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly TestTime _time = new();
    private readonly Dictionary<string, UserEntry> _users = new() { ["ann"] = new("hash-of-ann", []), ["bob"] = new("hash-of-bob", []) };

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Token_IsReadUntilItExpires()
    {
        var issuer = Issuer();
        var backend = Backend();
        string token = issuer.Issue(backend, backend.Find("ann")!);
        Assert.Equal("ann", issuer.Read(token, backend)?.User);
        Assert.NotEqual(token, issuer.Issue(backend, backend.Find("ann")!));
        _time.Advance(TimeSpan.FromHours(1) - TimeSpan.FromSeconds(1));
        Assert.NotNull(issuer.Read(token, backend));
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Null(issuer.Read(token, backend));
    }

    [Fact]
    public void Token_ThatWasChangedAnywhere_IsWorthNothing()
    {
        var issuer = Issuer();
        var backend = Backend();
        string token = issuer.Issue(backend, backend.Find("ann")!);
        for (int i = 0; i < token.Length - 1; i++)
        {
            char other = token[i] == 'A' ? 'B' : 'A';
            Assert.Null(issuer.Read(token[..i] + other + token[(i + 1)..], backend));
            Assert.Null(issuer.Read(token[..i], backend));
        }

        Assert.Null(issuer.Read(token + "A", backend));
        Assert.Null(issuer.Read("sky1." + new string('A', 100_000), backend));
    }

    [Fact]
    public void Token_OfAnotherKeyOrBackend_IsWorthNothing()
    {
        var backend = Backend();
        string token = Issuer().Issue(backend, backend.Find("ann")!);
        Assert.Null(new TokenIssuer(TokenKey.Load(null), new(null, _time.GetUtcNow()), TimeSpan.FromHours(1), _time).Read(token, backend));
        Assert.Null(Issuer().Read(token, Backend("other")));
    }

    [Fact]
    public void Token_OfAUserWhoIsGoneOrHasAnotherPassword_IsWorthNothing()
    {
        var issuer = Issuer();
        var backend = Backend();
        string ann = issuer.Issue(backend, backend.Find("ann")!);
        string bob = issuer.Issue(backend, backend.Find("bob")!);
        _users["ann"] = new("another-hash", []);
        _users.Remove("bob");
        Assert.Null(issuer.Read(ann, Backend()));
        Assert.Null(issuer.Read(bob, Backend()));
    }

    [Fact]
    public void Token_OutlivesTheProcess_AndSoDoesItsEnd()
    {
        var backend = Backend();
        string kept = Issuer().Issue(backend, backend.Find("ann")!);
        var issuer = Issuer();
        string revoked = issuer.Issue(backend, backend.Find("ann")!);
        issuer.Revoke(issuer.Read(revoked, backend)!);
        Assert.Null(issuer.Read(revoked, backend));
        var after = Issuer();
        Assert.NotNull(after.Read(kept, backend));
        Assert.Null(after.Read(revoked, backend));
        Assert.All(Directory.GetFiles(_directory.Path), static path => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path)));

        // What has expired is not kept for ever.
        _time.Advance(TimeSpan.FromHours(2));
        Issuer();
        Assert.Empty(File.ReadAllText(Path.Combine(_directory.Path, "revoked-tokens")));
    }

    [Fact]
    public void Key_ThatIsDamaged_IsAnErrorWithARemedy()
    {
        File.WriteAllText(Path.Combine(_directory.Path, "token.key"), "short");
        Assert.Contains("remove it", Assert.Throws<IOException>(() => TokenKey.Load(_directory.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_OfMutatedTokens_NeverThrowsAndTakesNone() => Fuzz(50_000);

    [Fact(Explicit = true)]
    [Trait("Category", "Fuzz")]
    public void Read_OfTenMillionMutatedTokens_NeverThrowsAndTakesNone() => Fuzz(10_000_000);

    private void Fuzz(int count)
    {
        var issuer = Issuer();
        var backend = Backend();
        string token = issuer.Issue(backend, backend.Find("ann")!);
        var random = new Random(count);
        for (int i = 0; i < count; i++)
        {
            char[] text = token[..random.Next(1, token.Length + 1)].ToCharArray();
            for (int n = random.Next(1, 5); n > 0; n--)
            {
                text[random.Next(text.Length)] = (char)random.Next(random.Next(8) == 0 ? 65536 : 128);
            }

            // The last digit holds bits that are none of the token's.
            string mutated = new(text);
            if (mutated.Length != token.Length || mutated[..^1] != token[..^1])
            {
                Assert.Null(issuer.Read(mutated, backend));
            }
        }
    }

    private BasicBackend Backend(string name = "basic") => new(name, null, _users, _time, NullLogger.Instance);

    private TokenIssuer Issuer() => new(TokenKey.Load(_directory.Path), new(_directory.Path, _time.GetUtcNow()), TimeSpan.FromHours(1), _time);
}
