using System.Collections.Concurrent;
using System.Net;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Demo;
using LoyaltyAdmin.Tests.Support;
using LoyaltyAdmin.Web.Api;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace LoyaltyAdmin.Tests.Access;

/// <summary>Reliability A5, A6: what a sign-in costs tells nothing, and a flood of them costs the tills nothing. Counted, not timed.</summary>
public sealed class SignInWorkTests : IDisposable
{
    private const string Wrong = "not-the-password-at-all";

    private readonly CountingHasher hasher = new();
    private readonly Portal portal;

    public SignInWorkTests() => portal = new Portal("Development", services => services.RemoveAll<IPasswordHasher<StaffUser>>().AddSingleton<IPasswordHasher<StaffUser>>(hasher));

    public void Dispose()
    {
        hasher.Gate.Set();
        portal.Dispose();
        hasher.Dispose();
    }

    [Fact]
    public async Task A5_A_sign_in_compares_one_equally_dear_hash_whether_the_user_exists_or_not()
    {
        await portal.NewBrowser().SignInAsync("marketing@demo.example", Wrong);
        await portal.ChangeUserAsync("finance@demo.example", user => user.IsEnabled = false);
        await portal.ChangeUserAsync("finance2@demo.example", user => user.LockoutEnd = portal.Clock.Now.AddMinutes(5));

        string[] emails = ["analyst@demo.example", "nobody@demo.example", "finance@demo.example", "finance2@demo.example"];
        foreach (var email in emails)
        {
            var (made, compared) = (hasher.Made.Count, hasher.Compared.Count);

            (await portal.NewBrowser().SignInAsync(email, Wrong)).Status.ShouldBe(HttpStatusCode.OK);

            (hasher.Made.Count - made, hasher.Compared.Count - compared).ShouldBe((0, 1), email);
        }

        hasher.Compared.Select(RoundsOf).Distinct().ShouldBe([PasswordRules.HashIterations]);
    }

    [Fact]
    public async Task A6_Two_passwords_are_compared_at_a_time_a_flood_is_turned_away_and_the_tills_wait_for_neither()
    {
        using var till = portal.CreateClient();
        till.DefaultRequestHeaders.Add(ApiKeyHandler.Header, ApiKeyText.Demo(portal.Services.GetRequiredService<SecretKeys>()).ToString());
        await portal.NewBrowser().GetAsync("/sign-in");
        hasher.Shut();

        var flood = Enumerable.Range(0, 60).Select(i => Task.Run(() => portal.NewBrowser().SignInAsync($"guess{i}@demo.example", Wrong))).ToList();
        // Two hold the permits and do not come back; forty wait; the others are answered already.
        while (flood.Count(sent => sent.IsCompleted) < 18)
        {
            await Task.WhenAny(flood.Where(sent => !sent.IsCompleted)).WaitAsync(TimeSpan.FromSeconds(30));
        }

        flood.Where(sent => sent.IsCompleted).Select(sent => sent.Result.Status).ShouldAllBe(status => status == HttpStatusCode.ServiceUnavailable);
        for (var i = 0; i < 20; i++)
        {
            (await till.GetAsync(new Uri("/api/v1/stores", UriKind.Relative)).WaitAsync(TimeSpan.FromSeconds(5))).StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        for (var tries = 0; hasher.AtOnce < 2 && tries < 500; tries++)
        {
            await Task.Delay(10);
        }

        hasher.AtOnce.ShouldBe(2);
        flood.Count(sent => !sent.IsCompleted).ShouldBe(42);
        hasher.Gate.Set();
        var answers = await Task.WhenAll(flood).WaitAsync(TimeSpan.FromSeconds(60));
        answers.Count(answer => answer.Status != HttpStatusCode.OK).ShouldBeGreaterThanOrEqualTo(18);
        hasher.MostAtOnce.ShouldBe(2);
    }

    private static int RoundsOf(string hash) => System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(Convert.FromBase64String(hash).AsSpan(5, 4));

    /// <summary>The product's hasher behind a gate that can be shut.</summary>
    private sealed class CountingHasher : IPasswordHasher<StaffUser>, IDisposable
    {
        private readonly PasswordHasher<StaffUser> real = new(Microsoft.Extensions.Options.Options.Create(new PasswordHasherOptions { IterationCount = PasswordRules.HashIterations }));
        private volatile bool hasFlood;
        private int atOnce;
        private int mostAtOnce;

        public ManualResetEventSlim Gate { get; } = new(initialState: true);

        /// <summary>From now on no comparison returns before the gate opens, and what it costs does not matter.</summary>
        public void Shut()
        {
            hasFlood = true;
            Gate.Reset();
        }

        public ConcurrentQueue<string> Made { get; } = new();

        public ConcurrentQueue<string> Compared { get; } = new();

        public int AtOnce => Volatile.Read(ref atOnce);

        public int MostAtOnce => Volatile.Read(ref mostAtOnce);

        public string HashPassword(StaffUser user, string password)
        {
            var hash = real.HashPassword(user, password);
            Made.Enqueue(hash);

            return hash;
        }

        public PasswordVerificationResult VerifyHashedPassword(StaffUser user, string hashedPassword, string providedPassword)
        {
            Compared.Enqueue(hashedPassword);
            var now = Interlocked.Increment(ref atOnce);
            InterlockedMax(ref mostAtOnce, now);
            try
            {
                return hasFlood ? WaitAndFail() : real.VerifyHashedPassword(user, hashedPassword, providedPassword);
            }
            finally
            {
                Interlocked.Decrement(ref atOnce);
            }
        }

        public void Dispose() => Gate.Dispose();

        private PasswordVerificationResult WaitAndFail()
        {
            Gate.Wait(TimeSpan.FromSeconds(60));

            return PasswordVerificationResult.Failed;
        }

        private static void InterlockedMax(ref int most, int value)
        {
            for (var seen = Volatile.Read(ref most); seen < value; seen = Volatile.Read(ref most))
            {
                Interlocked.CompareExchange(ref most, value, seen);
            }
        }
    }
}
