using System.Security.Cryptography;
using System.Text;
using Skydive.Linux.Passwords;
using Skydive.Service.Security;

namespace Skydive.Service.Tests.Security;

public sealed class PasswordHashTests
{
    /// <summary>Made by htpasswd 2.4.71 and openssl 3.0 of "päss w0rd".</summary>
    public static TheoryData<string> Foreign =>
    [
        "$apr1$TLtmQi6x$4N7tnYv1.ZlmOiQmwxKRC0",
        "{SHA}NnUMOWDcQ+gRiWrSz52yu5BfREo=",
        "$2y$05$rbC1k4dcYu75l5o9MZmUpuG0ZrUnPm8FZXEQdgMvF1fVhhkAD97se",
        "$5$PWQMOWWxcjngv0EY$zrA835kuiGTyT6RbNtDPIwNR62H.PeihIFJxAGp3pF4",
        "$6$IoekMA4crjI4mjE0$8admTvg4lck8cOMxSpUfbGottzq.iaoieJyXGBWPlotzfCfMBVLIqHmKGAEyn6o4.cYVMBL2xeHTslJusfXG31",
    ];

    [Theory]
    [MemberData(nameof(Foreign))]
    public void Verify_HashesOfHtpasswd_KnowsTheirPassword(string hash)
    {
        if (hash[0] == '$' && hash[1] != 'a' && !SystemCrypt.IsAvailable)
        {
            Assert.Skip("needs libcrypt.so.1");
        }

        Assert.Null(PasswordHash.Check(hash));
        Assert.True(PasswordHash.Verify(hash, "päss w0rd"));
        Assert.False(PasswordHash.Verify(hash, "päss w0rd "));
        Assert.False(PasswordHash.Verify(hash, string.Empty));
        Assert.False(PasswordHash.Verify(hash[..^1] + (hash[^1] == 'A' ? 'B' : 'A'), "päss w0rd"));
    }

    [Fact]
    public void Verify_Pbkdf2_IsThatOfRfc8018()
    {
        // A vector of PBKDF2 with HMAC-SHA512 that is published with RFC 6070's inputs: "password", "salt", 4096 rounds, 64 bytes.
        byte[] expected = Convert.FromHexString("d197b1b33db0143e018b12f3d1d1479e6cdebdcc97c5c0f87f6902e072f457b5143f30602641b3d55cd335988cb36b84376060ecd532e039b742a239434af2d5");
        string text = $"$pbkdf2-sha512$4096$c2FsdA${Convert.ToBase64String(expected).TrimEnd('=').Replace('+', '.')}";
        Assert.True(PasswordHash.Verify(text, "password"));
        Assert.False(PasswordHash.Verify(text, "Password"));
    }

    [Fact]
    public void Create_IsSaltedSlowAndSaysHow()
    {
        string first = PasswordHash.Create("secret");
        string second = PasswordHash.Create("secret");
        Assert.NotEqual(first, second);
        Assert.StartsWith("$pbkdf2-sha512$210000$", first, StringComparison.Ordinal);
        Assert.True(PasswordHash.Verify(first, "secret"));
        Assert.False(PasswordHash.Verify(first, "Secret"));
        Assert.DoesNotContain("secret", first, StringComparison.Ordinal);

        // As any other implementation computes it.
        string[] parts = first.Split('$');
        byte[] salt = Convert.FromBase64String(parts[3].Replace('.', '+') + "==");
        byte[] expected = Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes("secret"), salt, 210_000, HashAlgorithmName.SHA512, 64);
        Assert.Equal(Convert.ToBase64String(expected).TrimEnd('=').Replace('+', '.'), parts[4]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("secret")]
    [InlineData("$pbkdf2-sha512$")]
    [InlineData("$pbkdf2-sha512$0$c2FsdA$AAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("$pbkdf2-sha512$99999999999$c2FsdA$AAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("$pbkdf2-sha512$1000$$AAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("$pbkdf2-sha512$1000$c2FsdA$AAAA")]
    [InlineData("$pbkdf2-sha512$1000$c2F?dA$AAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("{SHA}AAAA")]
    [InlineData("{SHA}")]
    [InlineData("$apr1$$4N7tnYv1.ZlmOiQmwxKRC0")]
    [InlineData("$apr1$TLtmQi6x$short")]
    [InlineData("$9$unknown$method")]
    [InlineData("*")]
    public void Check_WhatIsNoHash_IsToldAndFitsNoPassword(string text)
    {
        Assert.NotNull(PasswordHash.Check(text));
        Assert.False(PasswordHash.Verify(text, text));
        Assert.False(PasswordHash.Verify(text, string.Empty));
    }

    [Fact]
    public void Verify_RandomTexts_NeverFails()
    {
        var random = new Random(7);
        for (int i = 0; i < 2000; i++)
        {
            string text = new string[] { "$pbkdf2-sha512$1$", "{SHA}", "$apr1$", "$2y$04$", "$1$", string.Empty }[i % 6]
                + new string([.. Enumerable.Range(0, random.Next(80)).Select(_ => (char)random.Next(33, i % 3 == 0 ? 300 : 126))]);
            if (PasswordHash.Check(text) is not null)
            {
                Assert.False(PasswordHash.Verify(text, "x"));
            }
        }
    }
}
