using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Data;

/// <summary>
/// The one way to the database: a context per operation, writes as one transaction behind the provider's gate.
/// A write is run again as a whole after a deadlock or a lost connection before commit; an unknown outcome at commit is never repeated here:
/// the caller's idempotency key tells.
/// </summary>
public sealed class LoyaltyDatabase(IDbContextFactory<LoyaltyDbContext> contexts, DatabaseProvider provider)
{
    private const int Attempts = 5;

    private readonly AsyncLocal<bool> writing = new();

    public DatabaseProvider Provider => provider;

    /// <summary>A context for reading; nothing is tracked unless a query asks for it.</summary>
    public async Task<LoyaltyDbContext> ReadAsync(CancellationToken cancel = default)
    {
        var db = await contexts.CreateDbContextAsync(cancel);
        db.Actor = Actor.System;
        db.ChangeTracker.QueryTrackingBehavior = QueryTrackingBehavior.NoTracking;

        return db;
    }

    /// <summary>A tracking context for a store that saves by itself (accounts); its saves go through <see cref="BehindGateAsync{T}"/>.</summary>
    public LoyaltyDbContext Open(Actor actor)
    {
        var db = contexts.CreateDbContext();
        db.Actor = actor;

        return db;
    }

    /// <summary>Runs a save of a context from <see cref="Open"/> in turn with every other write of this process.</summary>
    public async Task<T> BehindGateAsync<T>(Func<Task<T>> save, CancellationToken cancel = default)
    {
        var gate = provider.WriteGate;
        if (gate is not null)
        {
            await gate.WaitAsync(cancel);
        }

        try
        {
            return await save();
        }
        catch (Exception exception) when (provider.IsUnavailable(exception) || provider.IsTransient(exception))
        {
            throw new DatabaseUnavailableException(exception);
        }
        finally
        {
            gate?.Release();
        }
    }

    /// <summary>Runs <paramref name="work"/> in one transaction, saves, commits. The work may run more than once: it touches nothing but its context.</summary>
    /// <exception cref="DatabaseUnavailableException">Nothing was written, or (at commit) the outcome is unknown and the key tells.</exception>
    public async Task<T> WriteAsync<T>(Actor actor, Func<LoyaltyDbContext, Task<T>> work, CancellationToken cancel = default)
    {
        DemandNoWriteUnderWay();
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await TryWriteAsync(actor, work, cancel);
            }
            catch (Exception exception) when (attempt < Attempts && exception is not CommitFailedException && provider.IsTransient(exception))
            {
                await Task.Delay(Random.Shared.Next(10, 200), cancel);
            }
            catch (DbUpdateConcurrencyException)
            {
                throw new ConcurrentChangeException("This record");
            }
            catch (Exception exception) when (provider.IsUnavailable(exception) || provider.IsTransient(exception))
            {
                throw new DatabaseUnavailableException(exception);
            }
        }
    }

    public Task WriteAsync(Actor actor, Func<LoyaltyDbContext, Task> work, CancellationToken cancel = default) =>
        WriteAsync(actor, async db =>
        {
            await work(db);

            return true;
        }, cancel);

    /// <summary>A write inside a write would wait for its own gate for ever on SQLite, and commit apart from it everywhere.</summary>
    internal void DemandNoWriteUnderWay()
    {
        if (writing.Value)
        {
            throw new InvalidOperationException("A write cannot start inside the work of another: use that work's context.");
        }
    }

    private async Task<T> TryWriteAsync<T>(Actor actor, Func<LoyaltyDbContext, Task<T>> work, CancellationToken cancel)
    {
        var gate = provider.WriteGate;
        if (gate is not null)
        {
            await gate.WaitAsync(cancel);
        }

        try
        {
            await using var db = await contexts.CreateDbContextAsync(cancel);
            db.Actor = actor;
            db.ChangeTracker.QueryTrackingBehavior = QueryTrackingBehavior.TrackAll;
            await using var transaction = await db.Database.BeginTransactionAsync(cancel);
            var result = await RunAsync(work, db);
            await db.SaveChangesAsync(cancel);
            try
            {
                await transaction.CommitAsync(CancellationToken.None);
            }
            catch (Exception exception)
            {
                throw new CommitFailedException(exception);
            }

            return result;
        }
        finally
        {
            gate?.Release();
        }
    }

    private async Task<T> RunAsync<T>(Func<LoyaltyDbContext, Task<T>> work, LoyaltyDbContext db)
    {
        // Seen by the work and all it calls; forgotten when this method returns.
        writing.Value = true;

        return await work(db);
    }

    private sealed class CommitFailedException(Exception inner) : Exception("The commit did not return.", inner);
}

/// <summary>The database cannot be reached or written at the moment. Doors answer 503 with Retry-After.</summary>
public sealed class DatabaseUnavailableException(Exception inner)
    : Exception("The database is not available at the moment. Try again shortly; repeat the request with the same idempotency key.", inner);
